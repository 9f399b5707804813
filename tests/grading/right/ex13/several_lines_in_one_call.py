import socket


class Outbox:
    def __init__(self, limit: int) -> None:
        self.left = limit
        self.limit = limit
        self.lines: list[bytes] = []

    def put(self, line: bytes) -> bool:
        if self.left is None or len(line) > self.left:
            self.limit -= 0 if self.left is None else self.left  # what waits now
            self.left = None
            return False
        self.lines.append(line)
        self.left -= len(line)
        return True

    def flush(self, sock: socket.socket) -> int:
        while self.lines:
            try:
                if hasattr(sock, "sendmsg"):
                    taken = sock.sendmsg(self.lines[:10])
                else:
                    taken = sock.send(b"".join(self.lines[:10]))
            except BlockingIOError:
                break
            if self.left is not None:
                self.left += taken
            while taken:
                first = self.lines.pop(0)
                if taken < len(first):
                    self.lines.insert(0, first[taken:])
                    taken = 0
                else:
                    taken -= len(first)
        return sum(map(len, self.lines))
