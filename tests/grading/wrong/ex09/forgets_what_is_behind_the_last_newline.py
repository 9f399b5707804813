# expects: keep it until the rest has come
import socket

MOST = 1024


class Lines:
    def __init__(self):
        self.buffer = b""

    def feed(self, piece):
        return [line.decode("utf-8", "replace") for line in piece.split(b"\n")[:-1]]


def send_text(sock, text):
    line = text.encode() + b"\n"
    if "\n" in text or len(line) > MOST:
        raise ValueError("this is not one line")
    while line:
        line = line[sock.send(line) :]
