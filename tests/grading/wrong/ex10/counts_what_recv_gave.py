# expects: A time-out counts from each recv anew
import socket

from chatlab.room.errors import Refusal

MOST = 1024
TRIES = 10


class Gone(Exception):
    pass


def shake_hands(sock, join, seconds):
    sock.settimeout(seconds)
    try:
        return ask(sock, join)
    except TimeoutError:
        tell(sock, "ERROR too slow")
    except ValueError:
        tell(sock, "ERROR too long")
    except (Gone, OSError):
        return None


def ask(sock, join):
    buffer = b""
    sock.sendall(b"NICK\n")
    for number in range(1, TRIES + 1):
        while b"\n" not in buffer[:MOST]:
            if len(buffer) >= MOST:
                raise ValueError
            piece = sock.recv(100)
            if piece == b"":
                raise Gone
            buffer += piece
        line, buffer = buffer.split(b"\n", 1)
        try:
            nickname = join(line.removesuffix(b"\r").decode(errors="replace"))
        except Refusal as reason:
            answer = f"NICK {reason}" if number < TRIES else f"ERROR {number} refused"
            sock.sendall(answer.encode() + b"\n")
        else:
            sock.settimeout(None)
            return nickname, buffer


def tell(sock, text):
    try:
        sock.sendall(f"{text}\n".encode())
    except OSError:
        return
