# expects: which is there once
import socket

SLOW = set()


class Outbox:
    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.waiting = bytearray()

    def put(self, line: bytes) -> bool:
        if SLOW or len(self.waiting) + len(line) > self.limit:
            SLOW.add(self)
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
