# expects: A piece can hold several lines
import socket

MOST = 1024


class Lines:
    def __init__(self):
        self.buffer = b""

    def feed(self, piece):
        self.buffer += piece
        if self.buffer.endswith(b"\n"):
            text, self.buffer = self.buffer[:-1], b""
            return text.decode("utf-8", "replace").split("\r\n")
        return []


def send_text(sock, text):
    line = text.encode() + b"\n"
    if "\n" in text or len(line) > MOST:
        raise ValueError("this is not one line")
    while line:
        line = line[sock.send(line) :]
