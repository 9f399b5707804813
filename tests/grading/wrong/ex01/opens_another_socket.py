# expects: Answer with the socket that you were given
import socket


def send_receipts(sock, count):
    for _ in range(count):
        message, sender = sock.recvfrom(65_507)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as another:
            another.sendto(f"{len(message.decode())} characters".encode(), sender)
