import socket


class Outbox:
    """The bytes go round in one buffer that is never made longer."""

    def __init__(self, limit: int) -> None:
        self.ring = bytearray(limit)
        self.start = self.size = 0
        self.out = False

    def put(self, line: bytes) -> bool:
        limit = len(self.ring)
        if self.out or self.size + len(line) > limit:
            self.out = True
            return False
        for value in line:
            self.ring[(self.start + self.size) % limit] = value
            self.size += 1
        return True

    def flush(self, sock: socket.socket) -> int:
        while self.size:
            end = min(self.start + self.size, len(self.ring))
            try:
                sent = sock.send(memoryview(self.ring)[self.start : end])
            except BlockingIOError:
                return self.size
            self.start = (self.start + sent) % len(self.ring)
            self.size -= sent
        return self.size
