import io

MOST = 1024


class Lines:
    """The bytes lie in a BytesIO, and readline takes them out."""

    def __init__(self):
        self.file = io.BytesIO()

    def feed(self, piece):
        place = self.file.tell()
        self.file.seek(0, io.SEEK_END)
        self.file.write(piece)
        self.file.seek(place)
        texts = []
        while True:
            place = self.file.tell()
            line = self.file.readline(MOST + 1)
            if len(line) > MOST:
                raise ValueError("too long")
            if not line.endswith(b"\n"):
                self.file.seek(place)
                break
            line = line[:-1]
            if line[-1:] == b"\r":
                line = line[:-1]
            texts.append(line.decode("utf-8", "replace"))
        self.file = io.BytesIO(self.file.read())
        return texts


def send_text(sock, text):
    if text.count("\n") or len(text.encode()) >= MOST:
        raise ValueError("no line")
    with sock.makefile("w", encoding="utf-8", newline="\n") as file:
        print(text, file=file)
