# expects: go on at just that byte
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
        self.lines.append(line)
        self.size += len(line)
        return True

    def flush(self, sock):
        while self.lines:
            line = self.lines[0]
            try:
                while line:
                    sent = sock.send(line)
                    line = line[sent:]
                    self.size -= sent
            except BlockingIOError:
                break
            self.lines.pop(0)
        return self.size
