# expects: leave sock as it was, without setblocking
import socket

MOST = 1024


class Lines:
    def __init__(self):
        self._rest = b""

    @staticmethod
    def _text(line):
        if line.endswith(b"\r"):
            line = line[:-1]
        return str(line, "utf-8", "replace")

    def feed(self, piece):
        *whole, self._rest = (self._rest + piece).split(b"\n")
        if any(len(line) >= MOST for line in whole) or len(self._rest) > MOST:
            raise ValueError(f"a line has at most {MOST} bytes")
        return [self._text(line) for line in whole]


def send_text(sock, text):
    if text.count("\n"):
        raise ValueError("newline")
    view = memoryview((text + "\n").encode("utf-8"))
    if len(view) > MOST:
        raise ValueError("long")
    sock.setblocking(False)
    while view:
        view = view[sock.send(view) :]
