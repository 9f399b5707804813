# expects: Count bytes, not letters
import socket

MOST = 1024


class Lines:
    def __init__(self):
        self.buffer = b""

    def feed(self, piece):
        *lines, self.buffer = (self.buffer + piece).split(b"\n")
        if len(self.buffer) > MOST or any(len(line) >= MOST for line in lines):
            raise ValueError("a line is too long")
        return [line.removesuffix(b"\r").decode("utf-8", "replace") for line in lines]


def send_text(sock, text):
    line = text.encode() + b"\n"
    if "\n" in text or len(line) > MOST:
        raise ValueError("this is not one line")
    sent = 0
    while sent < len(text) + 1:
        sent += sock.send(line[sent:])
