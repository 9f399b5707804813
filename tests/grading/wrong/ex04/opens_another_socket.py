# expects: Nobody has received at the socket that was handed over
import socket
import threading
from queue import Queue


class Receiver:
    def __init__(self, sock):
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind(("127.0.0.1", 0))
        self.messages = Queue()
        self.stopping = False
        self.thread = None

    def start(self):
        self.thread = threading.Thread(target=self.loop, daemon=True)
        self.thread.start()

    def loop(self):
        while not self.stopping:
            data, _ = self.sock.recvfrom(65507)
            self.messages.put(data)

    def stop(self):
        self.stopping = True
