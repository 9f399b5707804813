# expects: also those of half a line
import socket


class Outbox:
    def __init__(self, limit):
        self.limit = limit
        self.lines = []
        self.out = False

    def put(self, line):
        if self.out or sum(map(len, self.lines)) + len(line) > self.limit:
            self.out = True
            return False
        self.lines.append(line)
        return True

    def flush(self, sock):
        while self.lines:
            line = self.lines[0]
            try:
                while line:
                    line = line[sock.send(line) :]
            except BlockingIOError:
                return sum(map(len, self.lines[1:])) + len(line)
            self.lines.pop(0)
        return sum(map(len, self.lines))
