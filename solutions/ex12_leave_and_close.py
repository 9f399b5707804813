"""ex12 Leave and close: a model answer."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

ENDED = "ended"
RESET = "reset"


class Connection:
    def __init__(
        self, sock: socket.socket, on_data: Callable[[bytes], object], on_end: Callable[[str], object]
    ) -> None:
        self.sock = sock
        self.on_data = on_data
        self.on_end = on_end
        self.closed = False
        self.thread = threading.Thread(target=self.receive, name="receive")

    def start(self) -> None:
        self.thread.start()

    def receive(self) -> None:
        end = ENDED
        while not self.closed:
            try:
                data = self.sock.recv(4096)
            except OSError:
                end = RESET
                break
            if not data:
                break
            if not self.closed:
                self.on_data(data)
        if not self.closed:
            self.on_end(end)

    def leave(self, patience: float = 0.5) -> None:
        with suppress(OSError):  # it is closed, or was reset
            self.sock.shutdown(socket.SHUT_WR)
        if self.thread.is_alive():
            self.thread.join(patience)
        self.close()

    def close(self) -> None:
        self.closed = True
        with suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)  # wakes the thread, but not on Windows
        self.sock.close()  # wakes it there
        if self.thread.is_alive() and self.thread is not threading.current_thread():
            self.thread.join()
