# expects: The limit is one for each line
import socket

MOST = 1024


class Lines:
    def __init__(self):
        self.buffer = b""

    def feed(self, piece):
        if len(piece) > MOST:
            raise ValueError("too long")
        *lines, self.buffer = (self.buffer + piece).split(b"\n")
        return [line.removesuffix(b"\r").decode("utf-8", "replace") for line in lines]


def send_text(sock, text):
    line = text.encode() + b"\n"
    if "\n" in text or len(line) > MOST:
        raise ValueError("this is not one line")
    while line:
        line = line[sock.send(line) :]
