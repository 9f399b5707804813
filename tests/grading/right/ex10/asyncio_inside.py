import asyncio
import socket
import time

from chatlab.room.errors import Refusal

MOST = 1024
TRIES = 10


def shake_hands(sock, join, seconds):
    sock.setblocking(False)
    try:
        return asyncio.run(shake(sock, join, seconds))
    finally:
        sock.setblocking(True)


async def shake(sock, join, seconds):
    loop = asyncio.get_running_loop()
    try:
        try:
            answer = await asyncio.wait_for(ask(loop, sock, join), seconds)
        except asyncio.TimeoutError:
            answer = "too slow"
        if isinstance(answer, tuple):
            return answer
        await loop.sock_sendall(sock, f"ERROR {answer}\n".encode())
    except (OSError, EOFError):
        pass
    return None


async def ask(loop, sock, join):
    question, rest = "NICK", b""
    for _ in range(TRIES):
        await loop.sock_sendall(sock, f"{question}\n".encode())
        while b"\n" not in rest:
            if len(rest) > MOST:
                return "too long"
            piece = await loop.sock_recv(sock, 4096)
            if not piece:
                raise EOFError
            rest += piece
        line, rest = rest.split(b"\n", 1)
        if len(line) >= MOST:
            return "too long"
        try:
            return join(line.removesuffix(b"\r").decode("utf-8", "replace")), rest
        except Refusal as refusal:
            question = f"NICK {refusal}"
    return "too many"
