import select


class Outbox:
    def __init__(self, limit):
        self.limit = limit
        self.bytes = []
        self.too_slow = False

    def put(self, line):
        if len(self.bytes) + len(line) > self.limit:
            self.too_slow = True
        if self.too_slow:
            return False
        self.bytes.extend(line)
        return True

    def flush(self, sock):
        while self.bytes:
            _, writable, _ = select.select([], [sock], [], 0)
            if not writable:
                break
            try:
                n = sock.send(bytes(self.bytes))
            except BlockingIOError:
                break
            self.bytes = self.bytes[n:]
        return len(self.bytes)
