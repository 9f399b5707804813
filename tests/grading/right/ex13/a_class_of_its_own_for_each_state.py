import socket


class Open:
    def put(self, outbox: "Outbox", line: bytes) -> bool:
        if outbox.waiting + len(line) > outbox.limit:
            outbox.state = Closed()
            return outbox.state.put(outbox, line)
        outbox.lines += (line,)
        return True


class Closed:
    def put(self, outbox: "Outbox", line: bytes) -> bool:
        return False


class Outbox:
    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.lines: tuple[bytes, ...] = ()
        self.state: Open | Closed = Open()

    @property
    def waiting(self) -> int:
        return sum(len(line) for line in self.lines)

    def put(self, line: bytes) -> bool:
        return self.state.put(self, line)

    def flush(self, sock: socket.socket) -> int:
        while self.lines and self.send_first(sock):
            pass
        return self.waiting

    def send_first(self, sock: socket.socket) -> bool:
        first, *others = self.lines
        try:
            sent = sock.send(first)
        except BlockingIOError:
            return False
        self.lines = (first[sent:], *others) if sent < len(first) else tuple(others)
        return True
