# expects: recvfrom has a timeout of 4 s
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
        self.sock.settimeout(4)
        self._thread.start()

    def stop(self) -> None:
        if not self._thread.is_alive():
            return
        self._stopping.set()
        self._thread.join()

    def _receive(self) -> None:
        while True:
            try:
                message, _ = self.sock.recvfrom(LARGEST_DATAGRAM)
            except TimeoutError:
                if self._stopping.is_set():
                    return
                continue
            except ConnectionResetError:
                continue
            if self._stopping.is_set():
                return
            self.messages.put(message)
