from collections import deque

MOST = 1024


class LineTooLong(ValueError):
    pass


class Lines:
    def __init__(self):
        self.pieces = deque()

    def feed(self, piece):
        texts = list()
        head, newline, tail = piece.partition(b"\n")
        while newline:
            texts.append(self.take(head))
            head, newline, tail = tail.partition(b"\n")
        self.pieces.append(head)
        self.measure(sum(map(len, self.pieces)))
        return texts

    def take(self, head):
        self.pieces.append(head)
        line = b"".join(self.pieces)
        self.pieces.clear()
        self.measure(len(line) + 1)
        return decoded(line)

    @staticmethod
    def measure(size):
        if size > MOST:
            raise LineTooLong(size)


def decoded(line):
    try:
        text = line.decode()
    except UnicodeDecodeError:
        text = line.decode("utf-8", "replace")
    return text[:-1] if text.endswith("\r") else text


def send_text(sock, text):
    line = text.encode() + b"\n"
    if b"\n" in line[:-1] or len(line) > MOST:
        raise LineTooLong(len(line))
    while len(line) > 0:
        n = sock.send(line)
        if n < 0:
            break
        line = line[n:]
