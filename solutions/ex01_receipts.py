"""ex01 Receipts: a model answer."""

import socket

LARGEST_DATAGRAM = 65_507


def send_receipts(sock: socket.socket, count: int) -> None:
    """Take `count` messages from `sock`, and send a receipt for each one to the address that it came from."""
    for _ in range(count):
        message, sender = sock.recvfrom(LARGEST_DATAGRAM)
        receipt = f"{len(message.decode())} characters"
        sock.sendto(receipt.encode(), sender)
