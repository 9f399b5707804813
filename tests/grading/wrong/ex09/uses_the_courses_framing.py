# expects: chatlab.tcp.framing
import socket

MOST = 1024


from chatlab.tcp.framing import LineBuffer


class Lines:
    def __init__(self):
        self.buffer = LineBuffer(MOST)

    def feed(self, piece):
        return [line.decode("utf-8", "replace") for line in self.buffer.take(piece)]


def send_text(sock, text):
    line = text.encode() + b"\n"
    if "\n" in text or len(line) > MOST:
        raise ValueError("this is not one line")
    while line:
        line = line[sock.send(line) :]
