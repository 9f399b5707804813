# expects: The buffer was too small
import socket
import threading
from queue import Queue

BUFFER_SIZE = 1024


class Receiver:

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.messages: Queue[bytes] = Queue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._receive, name="receiver", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        if not self._thread.is_alive():
            return
        self._stopping.set()
        self.sock.sendto(b"", self.sock.getsockname())  # wakes the thread; it then looks at the event
        self._thread.join()

    def _receive(self) -> None:
        while True:
            try:
                message, _ = self.sock.recvfrom(BUFFER_SIZE)
            except ConnectionResetError:  # Windows, about a datagram that was sent to nobody
                continue
            if self._stopping.is_set():
                return
            self.messages.put(message)
