# expects: what stands in the class is made once
import socket

MOST = 1024


class Lines:
    buffer = bytearray()

    def __init__(self):
        pass

    def feed(self, piece):
        self.buffer += piece
        lines = []
        while (end := self.buffer.find(b"\n")) >= 0:
            if end + 1 > MOST:
                raise ValueError("too long")
            line = bytes(self.buffer[:end])
            del self.buffer[: end + 1]
            lines.append(line.removesuffix(b"\r").decode("utf-8", "replace"))
        if len(self.buffer) > MOST:
            raise ValueError("too long")
        return lines


def send_text(sock: socket.socket, text: str) -> None:
    line = text.encode() + b"\n"
    if "\n" in text or len(line) > MOST:
        raise ValueError("not one line")
    sock.sendall(line)
