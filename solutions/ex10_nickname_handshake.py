"""ex10 The nickname handshake: a model answer."""

import socket
import time
from collections.abc import Callable
from contextlib import suppress

from chatlab.room.errors import Refusal

MOST = 1024
TRIES = 10


def shake_hands(sock: socket.socket, join: Callable[[str], str], seconds: float) -> tuple[str, bytes] | None:
    deadline = time.monotonic() + seconds
    question, rest = "NICK", b""
    try:
        for _ in range(TRIES):
            sock.sendall(f"{question}\n".encode())
            line, rest = receive_line(sock, rest, deadline)
            try:
                nickname = join(line.removesuffix(b"\r").decode("utf-8", "replace"))
            except Refusal as refusal:
                question = f"NICK {refusal}"
            else:
                sock.settimeout(None)
                return nickname, rest
        give_up(sock, f"{TRIES} nicknames were refused")
    except TimeoutError:
        give_up(sock, f"a nickname has to be chosen within {seconds:g} seconds")
    except ValueError as error:
        give_up(sock, str(error))
    except OSError:  # the stranger has gone
        pass
    return None


def receive_line(sock: socket.socket, rest: bytes, deadline: float) -> tuple[bytes, bytes]:
    """The next line, and what was received behind it. `rest`: what was received before."""
    while b"\n" not in rest[:MOST]:
        if len(rest) >= MOST:
            raise ValueError(f"a line has at most {MOST} bytes")
        if (left := deadline - time.monotonic()) <= 0:
            raise TimeoutError
        sock.settimeout(left)
        if not (piece := sock.recv(4096)):
            raise ConnectionError("the stream has ended")
        rest += piece
    line, _, rest = rest.partition(b"\n")
    return line, rest


def give_up(sock: socket.socket, why: str) -> None:
    sock.settimeout(None)
    with suppress(OSError):
        sock.sendall(f"ERROR {why}\n".encode())
