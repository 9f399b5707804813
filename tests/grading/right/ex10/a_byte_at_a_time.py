import socket
import time

from chatlab.room.errors import Refusal

MOST = 1024
TRIES = 10


def shake_hands(sock, join, seconds):
    started = time.monotonic()
    message = "NICK"
    for attempt in range(1, TRIES + 1):
        if not tell(sock, message):
            return None
        line = bytearray()
        while not line.endswith(b"\n"):
            left = seconds - (time.monotonic() - started)
            if left <= 0:
                tell(sock, "ERROR time is over")
                return None
            sock.settimeout(left)
            try:
                byte = sock.recv(1)
            except TimeoutError:
                continue
            except OSError:
                return None
            if not byte:
                return None
            line += byte
            if len(line) > MOST:
                tell(sock, "ERROR too long")
                return None
        line.pop()
        if line.endswith(b"\r"):
            line.pop()
        try:
            name = join(bytes(line).decode(errors="replace"))
            sock.settimeout(None)
            return name, b""
        except Refusal as why:
            message = f"NICK {why}"
    tell(sock, f"ERROR {attempt} tries")
    return None


def tell(sock, text):
    try:
        sock.sendall((text + "\n").encode())
        return True
    except OSError:
        return False
