import socket
import threading
from queue import Queue


class Receiver:
    def __init__(self, sock):
        self.sock = sock
        self.messages = Queue()
        self.running = False
        self.thread = None

    def start(self):
        self.sock.settimeout(0.2)
        self.running = True
        self.thread = threading.Thread(target=self.loop)
        self.thread.start()

    def loop(self):
        while self.running:
            try:
                data, addr = self.sock.recvfrom(65535)
            except socket.timeout:
                continue
            except ConnectionResetError:
                continue
            if not self.running:
                break
            self.messages.put(data)

    def stop(self):
        if self.thread is None:
            return
        self.running = False
        self.thread.join()
        self.thread = None
