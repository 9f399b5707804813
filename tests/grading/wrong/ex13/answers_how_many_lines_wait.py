# expects: flush answers how many bytes still wait
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
                sent = sock.send(self.lines[0])
            except BlockingIOError:
                break
            self.lines[0] = self.lines[0][sent:]
            if not self.lines[0]:
                self.lines.pop(0)
        return len(self.lines)
