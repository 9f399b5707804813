import socket
import time

from chatlab.room.errors import Refusal

MOST = 1024
TRIES = 10


def handshake(join):
    """Yields what to say, and gets the next line. Returns the nickname, or raises."""
    say = "NICK"
    for _ in range(TRIES):
        line = yield say
        try:
            return join(line)
        except Refusal as refusal:
            say = f"NICK {refusal}"
    raise RuntimeError("no more tries")


def shake_hands(sock, join, seconds):
    end, kept, steps = time.monotonic() + seconds, [b""], handshake(join)
    try:
        say = next(steps)
        while True:
            sock.sendall(say.encode() + b"\n")
            say = steps.send(next_line(sock, kept, end))
    except StopIteration as stop:
        sock.settimeout(None)
        return stop.value, kept[0]
    except (TimeoutError, RuntimeError) as error:
        try:
            sock.sendall(f"ERROR {error or 'too late'}\n".encode())
        except OSError:
            pass
    except OSError:
        pass


def next_line(sock, kept, end):
    while True:
        head, newline, tail = kept[0].partition(b"\n")
        if len(head) > MOST - 1:
            raise RuntimeError("a line is too long")
        if newline:
            kept[0] = tail
            return str(head.removesuffix(b"\r"), "utf-8", "replace")
        if end < time.monotonic():
            raise TimeoutError("too late")
        sock.settimeout(max(end - time.monotonic(), 0.001))
        piece = sock.recv(777)
        if not piece:
            raise ConnectionError
        kept[0] += piece
