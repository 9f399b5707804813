import socket

MOST = 1024


class Lines:
    def __init__(self) -> None:
        self._waiting = bytearray()

    def feed(self, piece: bytes) -> list[str]:
        self._waiting += piece
        found: list[str] = []
        while (end := self._waiting.find(b"\n")) != -1:
            if end + 1 > MOST:
                raise ValueError(f"{end + 1} bytes are too many for a line")
            line = bytes(self._waiting[:end])
            del self._waiting[: end + 1]
            found.append((line[:-1] if line.endswith(b"\r") else line).decode(errors="replace"))
        if len(self._waiting) >= MOST:  # with its newline it would be one more
            raise ValueError("a line without an end")
        return found


def send_text(sock: socket.socket, text: str) -> None:
    line = f"{text}\n".encode()
    if line.index(b"\n") < len(line) - 1 or len(line) > MOST:
        raise ValueError(text)
    sock.sendall(line)
