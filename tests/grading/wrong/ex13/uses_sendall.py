# expects: nobody learns how much it has sent
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
        while self.waiting:
            try:
                sock.sendall(self.waiting)
            except BlockingIOError:
                break
            self.waiting.clear()
        return len(self.waiting)
