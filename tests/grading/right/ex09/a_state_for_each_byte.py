import socket

MOST = 1024


class Lines:
    def __init__(self):
        self.line = []
        self.done = []

    def feed(self, piece):
        self.done = []
        for byte in piece:
            self.one(byte)
        answer, self.done = self.done, []
        return answer

    def one(self, byte):
        self.line.append(byte)
        if len(self.line) > MOST:
            raise ValueError("too long")
        match self.line[-2:]:
            case [13, 10]:
                cut = 2
            case [_, 10] | [10]:
                cut = 1
            case _:
                return
        self.done.append(bytes(self.line[:-cut]).decode("utf-8", errors="replace"))
        self.line = []


def send_text(sock, text):
    lines = Lines()
    if lines.feed(b"%b\n" % text.encode("utf-8", "surrogatepass")) != [text.removesuffix("\r")]:
        raise ValueError("not one line")

    def rest(data):
        if data:
            rest(data[sock.send(data) :])

    rest(f"{text}\n".encode())
