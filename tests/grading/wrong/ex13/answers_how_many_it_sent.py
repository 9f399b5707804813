# expects: That is how many it has sent
import socket


class Outbox:
    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.waiting = bytearray()
        self.is_slow = False

    def put(self, line: bytes) -> bool:
        if self.is_slow or len(self.waiting) + len(line) > self.limit:
            self.is_slow = True
            return False
        self.waiting += line
        return True

    def flush(self, sock: socket.socket) -> int:
        total = 0
        while self.waiting:
            try:
                sent = sock.send(self.waiting)
            except BlockingIOError:
                break
            del self.waiting[:sent]
            total += sent
        return total
