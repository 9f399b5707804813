# expects: A piece can end in the middle of a letter
import socket

MOST = 1024


class Lines:
    def __init__(self):
        self.buffer = ""

    def feed(self, piece):
        self.buffer += piece.decode("utf-8", "ignore")
        *lines, self.buffer = self.buffer.split("\n")
        return [line.removesuffix("\r") for line in lines]


def send_text(sock, text):
    line = text.encode() + b"\n"
    if "\n" in text or len(line) > MOST:
        raise ValueError("this is not one line")
    while line:
        line = line[sock.send(line) :]
