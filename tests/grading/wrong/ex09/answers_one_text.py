# expects: The answer is to be a list of texts
import socket

MOST = 1024


class Lines:
    def __init__(self):
        self.buffer = b""

    def feed(self, piece):
        self.buffer += piece
        line, newline, rest = self.buffer.partition(b"\n")
        if newline:
            self.buffer = rest
            return line.decode("utf-8", "replace")
        return ""


def send_text(sock, text):
    line = text.encode() + b"\n"
    if "\n" in text or len(line) > MOST:
        raise ValueError("this is not one line")
    while line:
        line = line[sock.send(line) :]
