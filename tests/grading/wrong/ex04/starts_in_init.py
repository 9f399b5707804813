# expects: It is start() that starts the thread
import socket
import threading
from queue import Queue


class Receiver:
    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.messages: Queue[bytes] = Queue()
        self.running = False
        self.running = True
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def start(self) -> None:
        pass

    def run(self):
        self.sock.settimeout(0.2)
        while self.running:
            try:
                data, address = self.sock.recvfrom(65507)
            except (TimeoutError, ConnectionResetError):
                continue
            self.messages.put(data)

    def stop(self) -> None:
        self.running = False
        if self.thread is not None:
            self.thread.join()
            self.thread = None
