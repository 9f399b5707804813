import select
import socket
import time

from chatlab.room.errors import Refusal

MOST = 1024
TRIES = 10


def shake_hands(sock, join, seconds):
    end = time.monotonic() + seconds

    def say(text):
        sock.sendall(text.encode() + b"\n")

    def fill(buffer):
        head = buffer[:MOST]
        if b"\n" in head:
            return buffer
        if len(head) == MOST:
            return "ERROR that line never ends"
        if end <= time.monotonic() or not select.select([sock], [], [], max(0, end - time.monotonic()))[0]:
            return "ERROR good night"
        piece = bytearray(300)
        number = sock.recv_into(piece)
        return fill(buffer + piece[:number]) if number else None

    def ask(question, left, buffer):
        say(question)
        filled = fill(buffer)
        if filled is None:
            return None
        if isinstance(filled, str):
            return say(filled)
        line, _, behind = bytes(filled).partition(b"\n")
        try:
            return join(line.removesuffix(b"\r").decode("utf-8", "replace")), behind
        except Refusal as refusal:
            if left == 1:
                return say("ERROR enough is enough")
            return ask(f"NICK {refusal}", left - 1, behind)

    try:
        return ask("NICK", TRIES, b"")
    except OSError:
        return None
