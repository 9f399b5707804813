from itertools import repeat
from socket import MSG_PEEK


def send_receipts(sock, count):
    """Peek, answer, and only then take the message away."""
    for _ in repeat(None, count):
        message, whom = sock.recvfrom(70_000, MSG_PEEK)
        sock.sendto(receipt_for(message), whom)
        sock.recv(1)


def receipt_for(message: bytes) -> bytes:
    return f"{len(message.decode(encoding='UTF-8'))!s} characters".encode(encoding="UTF-8")
