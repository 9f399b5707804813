# expects: see first whether a thread is there
import socket
import threading
from queue import Queue

LARGEST_DATAGRAM = 65_507


class Receiver:

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.messages: Queue[bytes] = Queue()
        self._stopping = threading.Event()

    def start(self) -> None:
        self._thread = threading.Thread(target=self._receive, name="receiver", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        if not self._thread.is_alive():
            return
        self._stopping.set()
        self.sock.sendto(b"", self.sock.getsockname())
        self._thread.join()

    def _receive(self) -> None:
        while True:
            try:
                message, _ = self.sock.recvfrom(LARGEST_DATAGRAM)
            except ConnectionResetError:
                continue
            if self._stopping.is_set():
                return
            self.messages.put(message)
