# expects: also those of half a line
import socket


class Outbox:
    def __init__(self, limit):
        self.limit = limit
        self.lines = []
        self.size = 0
        self.out = False

    def put(self, line):
        if self.out or self.size + len(line) > self.limit:
            self.out = True
            return False
        self.lines.append([line, len(line)])
        self.size += len(line)
        return True

    def flush(self, sock):
        while self.lines:
            try:
                sent = sock.send(self.lines[0][0])
            except BlockingIOError:
                break
            self.lines[0][0] = self.lines[0][0][sent:]
            if not self.lines[0][0]:
                self.size -= self.lines.pop(0)[1]
        return sum(len(rest) for rest, _ in self.lines)
