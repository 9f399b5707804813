# expects: anybody fills your memory
import socket

MOST = 1024


class Lines:
    def __init__(self):
        self.buffer = b""

    def feed(self, piece):
        *lines, self.buffer = (self.buffer + piece).split(b"\n")
        good = [line.removesuffix(b"\r").decode("utf-8", "replace") for line in lines if len(line) < MOST]
        if not good and (lines or len(self.buffer) > MOST):
            raise ValueError("a line is too long")
        return good


def send_text(sock, text):
    line = text.encode() + b"\n"
    if "\n" in text or len(line) > MOST:
        raise ValueError("this is not one line")
    while line:
        line = line[sock.send(line) :]
