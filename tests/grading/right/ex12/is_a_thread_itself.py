import socket
import threading
from contextlib import suppress
from enum import Enum, auto

ENDED = "ended"
RESET = "reset"


class State(Enum):
    OPEN = auto()
    CLOSED = auto()


class Connection(threading.Thread):
    def __init__(self, sock, on_data, on_end):
        super().__init__(name="connection")
        self.sock = sock
        self.tell_data = on_data
        self.tell_end = on_end
        self.state = State.OPEN

    def pieces(self):
        while self.state is State.OPEN:
            piece = self.sock.recv(1000)
            if not piece:
                return
            yield piece

    def run(self):
        end = ENDED
        pieces = self.pieces()
        while True:
            try:
                piece = next(pieces, None)
            except OSError:
                end = RESET
                break
            if piece is None or self.state is State.CLOSED:
                break
            self.tell_data(piece)
        if self.state is State.OPEN:
            self.tell_end(end)

    def leave(self, patience=0.5):
        with suppress(OSError):
            self.sock.shutdown(socket.SHUT_WR)
        with suppress(RuntimeError):
            self.join(timeout=patience)
        self.close()

    def close(self):
        self.state = State.CLOSED
        with suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()
        with suppress(RuntimeError):
            self.join()
