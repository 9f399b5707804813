# expects: A loop turns without a rest, and keeps a processor busy
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
        self.sock.setblocking(False)
        self.thread = threading.Thread(target=self.loop, daemon=True)
        self.thread.start()

    def loop(self):
        while not self.stopping:
            try:
                data, _ = self.sock.recvfrom(65507)
            except BlockingIOError:
                continue
            except ConnectionResetError:
                continue
            if not self.stopping:
                self.messages.put(data)

    def stop(self):
        if self.thread:
            self.stopping = True
            self.thread.join()
