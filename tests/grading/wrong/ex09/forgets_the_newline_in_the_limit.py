# expects: The newline of a line is one of its 1,024 bytes
import socket

MOST = 1024


class Lines:
    def __init__(self):
        self.buffer = b""

    def feed(self, piece):
        *lines, self.buffer = (self.buffer + piece).split(b"\n")
        if len(self.buffer) > MOST or any(len(line) > MOST for line in lines):
            raise ValueError("a line is too long")
        return [line.removesuffix(b"\r").decode("utf-8", "replace") for line in lines]


def send_text(sock, text):
    line = text.encode() + b"\n"
    if "\n" in text or len(line) > MOST:
        raise ValueError("this is not one line")
    while line:
        line = line[sock.send(line) :]
