# expects: The limit is one of bytes
import socket

MOST = 1024


class Lines:
    def __init__(self):
        self.buffer = b""

    def feed(self, piece):
        *lines, self.buffer = (self.buffer + piece).split(b"\n")
        texts = [line.removesuffix(b"\r").decode("utf-8", "replace") for line in lines]
        if len(self.buffer) > MOST or any(len(text) >= MOST for text in texts):
            raise ValueError("too long")
        return texts


def send_text(sock, text):
    line = text.encode() + b"\n"
    if "\n" in text or len(line) > MOST:
        raise ValueError("this is not one line")
    while line:
        line = line[sock.send(line) :]
