# expects: splitlines() also cuts
import socket

MOST = 1024


class Lines:
    def __init__(self):
        self.buffer = b""

    def feed(self, piece):
        lines = (self.buffer + piece).decode("utf-8", "surrogateescape").splitlines(keepends=True)
        self.buffer = b""
        if lines and not lines[-1].endswith("\n"):
            self.buffer = lines.pop().encode("utf-8", "surrogateescape")
        return [line.rstrip("\r\n").encode("utf-8", "surrogateescape").decode("utf-8", "replace") for line in lines]


def send_text(sock, text):
    line = text.encode() + b"\n"
    if "\n" in text or len(line) > MOST:
        raise ValueError("this is not one line")
    while line:
        line = line[sock.send(line) :]
