# expects: A piece can end in the middle of a letter
import socket

MOST = 1024


class Lines:
    def __init__(self):
        self.buffer = b""

    def feed(self, piece):
        self.buffer += piece
        text = self.buffer.decode()
        *lines, rest = text.split("\n")
        self.buffer = rest.encode()
        return [line.removesuffix("\r") for line in lines]


def send_text(sock, text):
    line = text.encode() + b"\n"
    if "\n" in text or len(line) > MOST:
        raise ValueError("this is not one line")
    while line:
        line = line[sock.send(line) :]
