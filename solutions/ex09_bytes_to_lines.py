"""ex09 Bytes to lines: a model answer."""

import socket

MOST = 1024


class Lines:
    def __init__(self) -> None:
        self.buffer = b""  # of the line that is not whole yet

    def feed(self, piece: bytes) -> list[str]:
        *lines, self.buffer = (self.buffer + piece).split(b"\n")
        if len(self.buffer) > MOST or any(len(line) >= MOST for line in lines):
            raise ValueError(f"a line has at most {MOST} bytes")
        return [line.removesuffix(b"\r").decode("utf-8", "replace") for line in lines]


def send_text(sock: socket.socket, text: str) -> None:
    line = text.encode() + b"\n"
    if line.count(b"\n") > 1 or len(line) > MOST:
        raise ValueError("this text is not one line")
    while line:
        line = line[sock.send(line) :]
