import contextlib
import select
import socket
import threading
from queue import Queue


class Receiver:
    def __init__(self, sock):
        self.sock = sock
        self.messages = Queue()
        self.stack = contextlib.ExitStack()

    def start(self):
        over = threading.Event()
        worker = threading.Thread(target=lambda: [self.look() for _ in iter(over.is_set, True)])
        worker.start()
        self.stack.callback(worker.join)
        self.stack.callback(over.set)

    def look(self):
        ready, _, _ = select.select([self.sock], [], [], 0.25)
        for sock in ready:
            try:
                self.messages.put(sock.recvfrom(0xFFFF)[0])
            except ConnectionResetError:
                pass

    def stop(self):
        self.stack.close()
