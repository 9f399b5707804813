# expects: A loop turns without a rest
import socket
import threading
from queue import Queue

LARGEST_DATAGRAM = 65_507


class Receiver:

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.messages: Queue[bytes] = Queue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._receive, name="receiver", daemon=True)

    def start(self) -> None:
        self.sock.setblocking(False)
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
            except OSError:
                if self._stopping.is_set():
                    return
                continue
            if self._stopping.is_set():
                return
            self.messages.put(message)
