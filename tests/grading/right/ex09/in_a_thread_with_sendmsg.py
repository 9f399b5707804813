import socket
import threading
from collections.abc import Iterator

MOST: int = 1024


class Lines:
    def __init__(self) -> None:
        self.rest: bytes = b""

    def _lines(self) -> Iterator[bytes]:
        while b"\n" in self.rest:
            line, self.rest = self.rest.split(b"\n", maxsplit=1)
            yield line
        if len(self.rest) > MOST:
            raise ValueError("a line that does not end")

    def feed(self, piece: bytes) -> list[str]:
        self.rest = self.rest + piece
        texts = []
        for line in self._lines():
            if len(line) > MOST - 1:
                raise ValueError("a line that is too long")
            text = line.decode(encoding="utf-8", errors="replace")
            texts.append(text[: len(text) - text.endswith("\r")])
        return texts


def _send(sock: socket.socket, parts: list[bytes]) -> None:
    send = getattr(sock, "sendmsg", lambda parts: sock.send(b"".join(parts)))  # Windows has no sendmsg
    while parts:
        number = send(parts)
        while parts and number >= len(parts[0]):
            number -= len(parts.pop(0))
        if parts:
            parts[0] = parts[0][number:]


def send_text(sock: socket.socket, text: str) -> None:
    if "\n" in text or len(text.encode()) > MOST - 1:
        raise ValueError("one line, please")
    thread = threading.Thread(target=_send, args=(sock, [text.encode(), b"\n"]))
    thread.start()
    thread.join()
