import codecs
from dataclasses import dataclass, field

MOST = 1024


@dataclass
class Lines:
    """Decodes the stream as it comes, with a decoder that waits for the rest of a letter."""

    size: int = 0
    text: str = ""
    decoder: codecs.IncrementalDecoder = field(default_factory=lambda: codecs.getincrementaldecoder("utf-8")("replace"))

    def feed(self, piece: bytes) -> list[str]:
        parts = piece.split(b"\n")
        for last, part in ((n == len(parts) - 1, part) for n, part in enumerate(parts)):
            self.size += len(part)
            if self.size + (not last) > MOST:
                raise ValueError("line too long")
            if not last:
                self.size = 0
        *lines, self.text = (self.text + self.decoder.decode(piece)).split("\n")
        return [line.removesuffix("\r") for line in lines]


def send_text(sock, text):
    if "\n" in text:
        raise ValueError("a newline")
    pending = (text + "\n").encode("utf-8")
    if len(pending) > MOST:
        raise ValueError("long")
    total = 0
    while total < len(pending):
        total = total + sock.send(pending[total:])
