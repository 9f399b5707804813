import socket
import struct
import threading
from contextlib import ExitStack, suppress

ENDED = "ended"
RESET = "reset"


class Connection:
    def __init__(self, sock, on_data, on_end):
        self.sock = sock
        self.hear = {"data": on_data, "end": on_end}
        self.buffer = bytearray(300)
        self.left = False
        self.thread = threading.Thread(target=self._thread)

    def start(self):
        self.thread.start()

    def _next(self):
        try:
            number = self.sock.recv_into(self.buffer)
        except OSError:
            return "end", RESET
        return ("data", bytes(self.buffer[:number])) if number else ("end", ENDED)

    def _thread(self):
        kind = "data"
        while kind == "data":
            kind, value = self._next()
            if self.hear:
                self.hear[kind](value)
            else:
                return

    def leave(self, patience=0.5):
        with suppress(OSError):
            self.sock.shutdown(socket.SHUT_WR)
        self.left = True
        if self.thread.is_alive():
            self.thread.join(patience)
        self.close()

    def close(self):
        self.hear = {}
        with ExitStack() as stack:
            if self.thread.is_alive() and threading.current_thread() is not self.thread:
                stack.callback(self.thread.join)
            stack.callback(self.sock.close)
            stack.enter_context(suppress(OSError))
            if not self.left:
                self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.sock.shutdown(socket.SHUT_RDWR)
