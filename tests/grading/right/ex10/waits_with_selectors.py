import selectors
import socket
import time

from chatlab.room.errors import Refusal

MOST = 1024
TRIES = 10


def shake_hands(sock, join, seconds):
    sock.setblocking(False)
    try:
        with selectors.DefaultSelector() as selector:
            selector.register(sock, selectors.EVENT_READ)
            return talk(sock, join, selector, time.monotonic() + seconds)
    finally:
        if sock.fileno() != -1:
            sock.setblocking(True)


def talk(sock, join, selector, end):
    out, buffer, tries = b"NICK\n", b"", 0
    while True:
        try:
            sock.sendall(out)
        except OSError:
            return None
        if out.startswith(b"ERROR"):
            return None
        line, newline, behind = buffer.partition(b"\n")
        if len(line) + 1 > MOST and (newline or len(line) > MOST - 1):
            out = b"ERROR that line is too long\n"
        elif newline:
            buffer = behind
            try:
                return join(line.removesuffix(b"\r").decode("utf-8", "replace")), buffer
            except Refusal as refusal:
                tries += 1
                out = (f"NICK {refusal}\n" if tries < TRIES else "ERROR no more tries\n").encode()
        elif not selector.select(max(0, end - time.monotonic())) or time.monotonic() > end:
            out = b"ERROR you are too slow\n"
        else:
            out = b""
            try:
                piece = sock.recv(512)
            except BlockingIOError:
                continue
            except OSError:
                return None
            if not piece:
                return None
            buffer += piece
