# expects: Both have the same `stopping`
import socket
import threading
from queue import Queue


class Receiver:
    stopping = threading.Event()

    def __init__(self, sock):
        self.sock = sock
        self.messages = Queue()
        self.thread = None

    def start(self):
        self.sock.settimeout(0.3)
        self.thread = threading.Thread(target=self.loop, daemon=True)
        self.thread.start()

    def loop(self):
        while not self.stopping.is_set():
            try:
                data, _ = self.sock.recvfrom(65507)
            except TimeoutError:
                continue
            except ConnectionResetError:
                continue
            if not self.stopping.is_set():
                self.messages.put(data)

    def stop(self):
        if self.thread:
            self.stopping.set()
            self.thread.join()
