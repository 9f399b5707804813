# expects: of one that has no room, nothing may be sent
import socket


class Outbox:
    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.waiting = bytearray()
        self.is_slow = False

    def put(self, line: bytes) -> bool:
        self.waiting += line
        if len(self.waiting) > self.limit:
            self.is_slow = True
        return not self.is_slow

    def flush(self, sock: socket.socket) -> int:
        while self.waiting:
            try:
                sent = sock.send(self.waiting)
            except BlockingIOError:
                break
            del self.waiting[:sent]
        return len(self.waiting)
