# expects: call it again with the bytes that it has not taken
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
        while total < len(self.waiting):
            try:
                sent = sock.send(self.waiting)
            except BlockingIOError:
                break
            total += sent
        rest = len(self.waiting) - total
        del self.waiting[:total]
        return rest
