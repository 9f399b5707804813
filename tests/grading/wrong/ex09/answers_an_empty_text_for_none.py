# expects: not even an empty text
import socket

MOST = 1024


class Lines:
    def __init__(self):
        self.buffer = b""

    def feed(self, piece):
        self.buffer += piece
        line, newline, rest = self.buffer.partition(b"\n")
        if not newline:
            return [""]
        self.buffer = rest
        return [line.decode("utf-8", "replace")]


def send_text(sock, text):
    line = text.encode() + b"\n"
    if "\n" in text or len(line) > MOST:
        raise ValueError("this is not one line")
    while line:
        line = line[sock.send(line) :]
