# expects: A piece can hold several lines
import socket

MOST = 1024


class Lines:
    def __init__(self):
        self.buffer = b""

    def feed(self, piece):
        self.buffer += piece
        if b"\n" in self.buffer:
            line, self.buffer = self.buffer.split(b"\n", 1)
            return [line.decode("utf-8", "replace")]
        return []


def send_text(sock, text):
    line = text.encode() + b"\n"
    if "\n" in text or len(line) > MOST:
        raise ValueError("this is not one line")
    while line:
        line = line[sock.send(line) :]
