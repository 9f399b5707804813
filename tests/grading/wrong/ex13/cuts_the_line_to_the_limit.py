# expects: A line is put whole or not at all
import socket


class Outbox:
    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.waiting = bytearray()
        self.is_slow = False

    def put(self, line: bytes) -> bool:
        if self.is_slow or len(self.waiting) + len(line) > self.limit:
            if not self.is_slow:
                self.waiting += line[: self.limit - len(self.waiting)]
            self.is_slow = True
            return False
        self.waiting += line
        return True

    def flush(self, sock: socket.socket) -> int:
        while self.waiting:
            try:
                sent = sock.send(self.waiting)
            except BlockingIOError:
                break
            del self.waiting[:sent]
        return len(self.waiting)
