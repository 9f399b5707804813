import re
from functools import partial

MOST = 1024
WHOLE = re.compile(rb"([^\n]*?)\r?\n")


def framing():
    rest, texts = b"", []
    while True:
        rest += yield texts
        ends, texts = 0, []
        for match in WHOLE.finditer(rest):
            if match.end() - match.start() > MOST:
                raise ValueError("long line")
            texts.append(match[1].decode("utf-8", errors="replace"))
            ends = match.end()
        rest = rest[ends:]
        if len(rest) > MOST:
            raise ValueError("long line, and no end of it")


class Lines:
    def __init__(self):
        self.generator = framing()
        next(self.generator)
        self.feed = self.generator.send


def send_text(sock, text):
    data = text.encode() + b"\n"
    if data.count(b"\n") != 1 or len(data) > MOST:
        raise ValueError("not one line")
    view = memoryview(data)
    for number in iter(partial(lambda: sock.send(view)), None):
        view = view[number:]
        if not view:
            return
