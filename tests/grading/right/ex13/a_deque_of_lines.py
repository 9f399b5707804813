from collections import deque


class Outbox:
    def __init__(self, limit):
        self.limit = limit
        self.size = 0
        self.lines = deque()
        self.open = True

    def put(self, line):
        self.open = self.open and self.size + len(line) <= self.limit
        if self.open:
            self.lines.append(line)
            self.size += len(line)
        return self.open

    def flush(self, sock):
        try:
            while self.lines:
                sent = sock.send(self.lines[0])
                self.size -= sent
                if sent < len(self.lines[0]):
                    self.lines[0] = self.lines[0][sent:]
                else:
                    self.lines.popleft()
        except BlockingIOError:
            pass
        return self.size
