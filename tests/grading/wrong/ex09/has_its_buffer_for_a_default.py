# expects: Python makes the default value of a parameter once
import socket

MOST = 1024


class Lines:
    def __init__(self, buffer=bytearray()):
        self.buffer = buffer

    def feed(self, piece):
        self.buffer.extend(piece)
        *lines, rest = bytes(self.buffer).split(b"\n")
        self.buffer[:] = rest
        if len(rest) > MOST or any(len(line) >= MOST for line in lines):
            raise ValueError("too long")
        return [line.removesuffix(b"\r").decode("utf-8", "replace") for line in lines]


def send_text(sock, text):
    line = text.encode() + b"\n"
    if "\n" in text or len(line) > MOST:
        raise ValueError("this is not one line")
    while line:
        line = line[sock.send(line) :]
