# expects: That is the number of bytes
import socket


def send_receipts(sock: socket.socket, count: int) -> None:
    for _ in range(count):
        data, address = sock.recvfrom(65507)
        text = data.decode("latin-1")
        sock.sendto(f"{len(text)} characters".encode(), address)
