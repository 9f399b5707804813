# expects: The thread is in this line: time.sleep(4)
"""ex04 A receiver that stops: a model answer."""

import socket
import threading
import time
from queue import Queue

LARGEST_DATAGRAM = 65_507


class Receiver:
    """Receives in a thread of its own: each datagram that arrives at `sock` goes into `messages`, as bytes."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.messages: Queue[bytes] = Queue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._receive, name="receiver", daemon=True)

    def start(self) -> None:
        """Start the thread, and return at once."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread, and return when it has ended."""
        if not self._thread.is_alive():
            return
        self._stopping.set()
        self.sock.sendto(b"", self.sock.getsockname())  # wakes the thread; it then looks at the event
        self._thread.join()

    def _receive(self) -> None:
        while True:
            try:
                message, _ = self.sock.recvfrom(LARGEST_DATAGRAM)
            except ConnectionResetError:  # Windows, about a datagram that was sent to nobody
                continue
            if self._stopping.is_set():
                time.sleep(4)
                return
            self.messages.put(message)
