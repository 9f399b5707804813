import queue


class Full(Exception):
    pass


class Outbox:
    def __init__(self, limit):
        self._limit = limit
        self._lines = queue.Queue()
        self._rest = memoryview(b"")
        self._size = 0
        self._full = False

    def put(self, line):
        try:
            self._put(line)
        except Full:
            return False
        return True

    def _put(self, line):
        if self._full or self._size + len(line) > self._limit:
            self._full = True
            raise Full
        self._lines.put(line)
        self._size += len(line)

    def _pieces(self):
        while True:
            while self._rest:
                yield self._rest
            try:
                self._rest = memoryview(self._lines.get_nowait())
            except queue.Empty:
                return

    def flush(self, sock):
        for piece in self._pieces():
            try:
                sent = sock.send(piece)
            except BlockingIOError:
                break
            self._rest = piece[sent:]
            self._size -= sent
        return self._size
