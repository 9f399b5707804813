MOST = 1024


def make_feed():
    kept = [b""]

    def split(data):
        head, end, tail = data.partition(b"\n")
        return ([head], tail) if end else ([], data)

    def feed(piece):
        data, texts = kept[0] + piece, []
        while True:
            line, data = split(data)
            if not line:
                break
            if len(line[0]) + 1 > MOST:
                raise ValueError("long")
            texts += [line[0].removesuffix(b"\r").decode("utf-8", "replace")]
        if len(data) >= MOST:
            raise ValueError("long")
        kept[0] = data
        return texts

    return feed


class Lines:
    def __init__(self):
        self._feed = make_feed()

    def feed(self, piece):
        return self._feed(piece)


def send_text(sock, text):
    line = text.encode() + b"\n"
    if "\n" in text or len(line) > MOST:
        raise ValueError

    def rest(data):
        if data:
            rest(data[sock.send(data) :])

    rest(line)
