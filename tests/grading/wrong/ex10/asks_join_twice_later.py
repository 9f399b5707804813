# expects: once for each line
import socket
import time

from chatlab.room.errors import Refusal

MOST = 1024
TRIES = 10


def shake_hands(sock, join, seconds):
    end = time.monotonic() + seconds
    rest = b""
    say(sock, "NICK")
    tries = 0
    while True:
        while b"\n" not in rest[:MOST]:
            if len(rest) >= MOST:
                say(sock, "ERROR a line is too long")
                return None
            try:
                sock.settimeout(max(0.001, end - time.monotonic()))
                piece = sock.recv(4096)
            except TimeoutError:
                piece = None
            except OSError:
                return None
            if piece is None or time.monotonic() > end:
                say(sock, "ERROR you took too long")
                return None
            if not piece:
                return None
            rest += piece
        line, _, rest = rest.partition(b"\n")
        text = line.removesuffix(b"\r").decode("utf-8", "replace")
        try:
            join(text)
            time.sleep(0.2)  # such as a line of a log
            nickname = join(text)
        except Refusal as refusal:
            tries += 1
            if tries == TRIES:
                say(sock, "ERROR too many tries")
                return None
            say(sock, f"NICK {refusal}")
            continue
        sock.settimeout(None)
        return nickname, rest


def say(sock, text):
    try:
        sock.sendall(text.encode() + b"\n")
    except OSError:
        pass  # recv will tell
