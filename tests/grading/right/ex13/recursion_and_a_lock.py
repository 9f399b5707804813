import threading


class Outbox:
    def __init__(self, limit):
        self.lock = threading.RLock()
        self.limit = limit
        self.text = bytearray()
        self.closed_at = None

    def put(self, line):
        with self.lock:
            if self.closed_at is None and len(self.text) + len(line) > self.limit:
                self.closed_at = len(self.text)
            if self.closed_at is not None:
                return False
            self.text.extend(line)
            return True

    def flush(self, sock):
        with self.lock:
            if not self.text:
                return 0
            piece = bytes(self.text[:512])
            try:
                done = sock.send(piece)
            except BlockingIOError:
                return len(self.text)
            self.text = self.text[done:]
            return len(self.text) if self.wants_no_more(sock) else self._all(sock)

    def wants_no_more(self, sock):
        return sock.fileno() < 0

    def _all(self, sock):
        waits = len(self.text)
        while waits:
            piece = bytes(self.text[:512])
            try:
                done = sock.send(piece)
            except (BlockingIOError, InterruptedError):
                break
            del self.text[:done]
            waits -= done
        return waits
