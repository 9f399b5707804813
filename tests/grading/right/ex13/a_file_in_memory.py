import io
from contextlib import suppress


class Outbox:
    def __init__(self, limit):
        self.limit = limit
        self.file = io.BytesIO()
        self.start = 0
        self.missed = 0

    def put(self, line):
        end = self.file.seek(0, io.SEEK_END)
        if self.missed or end - self.start + len(line) > self.limit:
            self.missed += 1
            return False
        self.file.write(line)
        return True

    def flush(self, sock):
        with suppress(BlockingIOError):
            while True:
                self.file.seek(self.start)
                piece = self.file.read(1000)
                if not piece:
                    break
                self.start += sock.send(piece)
        self.file.seek(self.start)
        rest = self.file.read()
        self.file = io.BytesIO(rest)
        self.start = 0
        return len(rest)
