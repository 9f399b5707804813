import socket
import time

from chatlab.room.errors import Refusal

MOST = 1024
TRIES = 10


def shake_hands(sock, join, seconds):
    """What is behind the line stays where it is: in the system's buffer."""
    until = time.monotonic() + seconds
    try:
        send_line(sock, "NICK")
        for left in reversed(range(TRIES)):
            text = line_of(sock, until)
            try:
                name = join(text)
            except Refusal as no:
                send_line(sock, f"NICK {no}" if left else "ERROR enough")
            else:
                sock.settimeout(None)
                return name, b""
    except TimeoutError:
        last_words(sock, "too slow")
    except OverflowError:
        last_words(sock, "too long")
    except (OSError, EOFError):
        return None


def line_of(sock, until):
    line = b""
    while not line.endswith(b"\n"):
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        sock.settimeout(left)
        there = sock.recv(2048, socket.MSG_PEEK)
        if not there:
            raise EOFError
        newline = there.find(b"\n") + 1
        line += sock.recv(newline or len(there))
        if len(line) > MOST:
            raise OverflowError
    return line[:-1].removesuffix(b"\r").decode("utf-8", "replace")


def send_line(sock, text):
    data = text.encode() + b"\n"
    while data:
        data = data[sock.send(data):]


def last_words(sock, why):
    try:
        send_line(sock, f"ERROR {why}")
    except OSError:
        pass
