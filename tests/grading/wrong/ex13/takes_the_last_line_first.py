# expects: The line that came first is the first to go out
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
                sent = sock.send(self.lines[-1])
            except BlockingIOError:
                break
            self.lines[-1] = self.lines[-1][sent:]
            if not self.lines[-1]:
                self.lines.pop()
        return sum(map(len, self.lines))
