# expects: is the beginning of the talk
import socket

from chatlab.room.errors import Refusal

MOST = 1024
TRIES = 10


def shake_hands(sock, join, seconds):
    with sock.makefile("r", encoding="utf-8", newline="\n", errors="replace") as file:
        question = "NICK"
        for _ in range(TRIES):
            sock.sendall(f"{question}\n".encode())
            line = file.readline(MOST)
            if not line.endswith("\n"):
                return None
            try:
                return join(line[:-1].removesuffix("\r")), b""
            except Refusal as refusal:
                question = f"NICK {refusal}"
    sock.sendall(b"ERROR too many tries\n")
