from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True)
class Letter:
    text: str
    sender: tuple

    @property
    def receipt(self) -> bytes:
        return " ".join((str(len(self.text)), "characters")).encode()


def letters(sock, count):
    remaining = count
    while remaining:
        data, *rest = sock.recvfrom(2**16 - 1)
        yield Letter(data.decode(), rest[0])
        remaining -= 1


def send_receipts(sock, count):
    inbox = deque(letters(sock, count))
    while inbox:
        letter = inbox.popleft()
        sock.sendto(letter.receipt, letter.sender)
