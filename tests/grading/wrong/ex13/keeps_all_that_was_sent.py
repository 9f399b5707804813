# expects: Keep only what waits
import socket


class Outbox:
    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.waiting = bytearray()
        self.start = 0
        self.is_slow = False

    def put(self, line: bytes) -> bool:
        if self.is_slow or len(self.waiting) - self.start + len(line) > self.limit:
            self.is_slow = True
            return False
        self.waiting += line
        return True

    def flush(self, sock: socket.socket) -> int:
        while self.start < len(self.waiting):
            try:
                sent = sock.send(self.waiting[self.start :])
            except BlockingIOError:
                break
            self.start += sent
        return len(self.waiting) - self.start
