# expects: That nothing has arrived for a while is no reason to end
import socket
import threading
from queue import Queue


class Receiver:
    def __init__(self, sock):
        self.sock = sock
        self.messages = Queue()
        self.stopping = False
        self.thread = None

    def start(self):
        self.sock.settimeout(0.3)
        self.thread = threading.Thread(target=self.loop, daemon=True)
        self.thread.start()

    def loop(self):
        try:
            while not self.stopping:
                data, _ = self.sock.recvfrom(65507)
                self.messages.put(data)
        except (TimeoutError, ConnectionResetError):
            pass

    def stop(self):
        if self.thread:
            self.stopping = True
            self.thread.join()
