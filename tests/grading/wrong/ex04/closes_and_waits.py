# expects: 04_threads_and_a_queue.ipynb#close() is not enough either
import socket
import threading
from queue import Queue


class Receiver:
    def __init__(self, sock):
        self.sock = sock
        self.messages = Queue()
        self.stopping = threading.Event()
        self.thread = None

    def start(self):
        self.sock.settimeout(0.2)
        self.thread = threading.Thread(target=self.loop)
        self.thread.start()

    def loop(self):
        while not self.stopping.is_set():
            try:
                message = self.sock.recv(65_507)
            except (TimeoutError, ConnectionResetError):
                continue
            self.messages.put(message)

    def stop(self):
        if self.thread is None:
            return
        self.sock.close()
        self.thread.join()
