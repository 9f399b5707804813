import select

MOST = 1024


class Lines(list):
    """Is itself the list of what came since the last newline."""

    def __init__(self):
        super().__init__()

    def feed(self, piece):
        *ends, last = piece.split(b"\n")
        texts = []
        for end in ends:
            line = b"".join(self) + end
            self.clear()
            if len(line) >= MOST:
                raise ValueError
            texts.append((line[:-1] if line.endswith(b"\r") else line).decode("utf-8", "replace"))
        self.append(last)
        if sum(len(p) for p in self) > MOST:
            raise ValueError
        return texts


def send_text(sock, text):
    line = memoryview(text.encode() + b"\n")
    if "\n" in text or len(line) > MOST:
        raise ValueError("no")
    old = sock.gettimeout()
    sock.setblocking(False)
    try:
        while line:
            select.select([], [sock], [])
            try:
                line = line[sock.send(line) :]
            except BlockingIOError:
                continue
    finally:
        sock.settimeout(old)
