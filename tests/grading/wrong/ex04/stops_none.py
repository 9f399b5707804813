# expects: see first whether a thread is there
import socket
import threading
from queue import Queue


class Receiver:
    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.messages: Queue[bytes] = Queue()
        self.ended = threading.Event()
        self.thread = None

    def start(self) -> None:
        self.ended.clear()
        self.thread = threading.Thread(target=self.work, name="receiver")
        self.thread.start()

    def work(self):
        while not self.ended.is_set():
            try:
                data, _ = self.sock.recvfrom(65507)
            except ConnectionResetError:
                continue
            if not self.ended.is_set():
                self.messages.put(data)

    def stop(self) -> None:
        self.ended.set()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
            waker.sendto(b"", ("127.0.0.1", self.sock.getsockname()[1]))
        self.thread.join()
        self.thread = None
