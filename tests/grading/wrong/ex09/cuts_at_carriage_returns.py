# expects: splitlines() also cuts
import socket

MOST = 1024


class Lines:
    def __init__(self):
        self.buffer = b""

    def feed(self, piece):
        lines = (self.buffer + piece).splitlines(keepends=True)
        self.buffer = lines.pop() if lines and lines[-1][-1:] not in (b"\n", b"\r") else b""
        return [line.rstrip(b"\r\n").decode("utf-8", "replace") for line in lines]


def send_text(sock, text):
    line = text.encode() + b"\n"
    if "\n" in text or len(line) > MOST:
        raise ValueError("this is not one line")
    while line:
        line = line[sock.send(line) :]
