MOST = 1024


class Lines:
    """Each byte is looked at once."""

    def __init__(self):
        self.line = bytearray()

    def feed(self, piece):
        texts = []
        for byte in piece:
            self.line.append(byte)
            if len(self.line) > MOST:
                raise ValueError("too long: " + str(len(self.line)))
            if byte == 10:
                end = -2 if self.line[-2:-1] == b"\r" else -1
                texts.append(str(self.line[:end], "utf-8", "replace"))
                self.line.clear()
        return texts


def send_text(sock, text):
    data = bytes(text, "utf-8")
    if 10 in data or len(data) + 1 > MOST:
        raise ValueError
    for byte in data + b"\n":
        sock.send(bytes([byte]))
