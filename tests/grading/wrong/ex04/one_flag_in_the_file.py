# expects: Both use something that is there once
import socket
import threading
from queue import Queue


stopping = False


class Receiver:
    def __init__(self, sock):
        self.sock = sock
        self.messages = Queue()
        pass
        self.thread = None

    def start(self):
        self.sock.settimeout(0.3)
        self.thread = threading.Thread(target=self.loop, daemon=True)
        self.thread.start()

    def loop(self):
        while not stopping:
            try:
                data, _ = self.sock.recvfrom(65507)
            except TimeoutError:
                continue
            except ConnectionResetError:
                continue
            if not stopping:
                self.messages.put(data)

    def stop(self):
        if self.thread:
            global stopping
            stopping = True
            self.thread.join()
