# expects: A line may come in pieces
import socket

from chatlab.room.errors import Refusal

MOST = 1024
TRIES = 10


def shake_hands(sock, join, seconds):
    sock.settimeout(seconds)
    sock.sendall(b"NICK\n")
    while True:
        nickname = sock.recv(1024).decode().strip()
        try:
            return join(nickname), b""
        except Refusal as refusal:
            sock.sendall(f"NICK {refusal}\n".encode())
