# expects: What it has not taken is still to be sent
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
            try:
                sock.send(self.lines[0])
            except BlockingIOError:
                break
            self.lines.pop(0)
        return sum(map(len, self.lines))
