# expects: Both
import socket

MOST = 1024


buffer = b""


class Lines:
    def __init__(self):
        global buffer
        buffer = b""

    def feed(self, piece):
        global buffer
        *lines, buffer = (buffer + piece).split(b"\n")
        if len(buffer) > MOST or any(len(line) >= MOST for line in lines):
            raise ValueError("too long")
        return [line.removesuffix(b"\r").decode("utf-8", "replace") for line in lines]


def send_text(sock, text):
    line = text.encode() + b"\n"
    if "\n" in text or len(line) > MOST:
        raise ValueError("this is not one line")
    while line:
        line = line[sock.send(line) :]
