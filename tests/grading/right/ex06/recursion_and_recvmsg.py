"""It is bound by recursion, receives by recvmsg where there is one, and counts time in twentieths of a second."""

import random
import socket
import threading
import time

from chatlab.room.text import decode
from chatlab.udp.protocol import build_say, build_sign_out, build_sign_up


def bind(sock, tried=frozenset()):
    port = random.choice([port for port in range(8000, 9001) if port not in tried] or [8000])
    try:
        sock.bind(("", port))
    except OSError:
        bind(sock, tried | {port}) if len(tried) < 500 else bind_one_by_one(sock)


def bind_one_by_one(sock):
    for port in range(8000, 9001):
        try:
            return sock.bind(("", port))
        except OSError:
            pass


def receive(sock):
    if hasattr(sock, "recvmsg"):
        data, _, _, sender = sock.recvmsg(65_507)
        return data, sender
    return sock.recvfrom(65_507)


def talk(sock, nickname, room, lines, show):
    bind(sock)
    flags = set()

    def hear():
        while "quit" not in flags:
            try:
                data, sender = receive(sock)
            except (TimeoutError, ConnectionResetError):
                continue
            if sender == room:
                show(decode(data))
                flags.add("in")

    sock.settimeout(0.3)
    ear = threading.Thread(target=hear)
    ear.start()
    sent_at = 0
    while "in" not in flags:
        if time.monotonic() - sent_at >= 0.5:
            sock.sendto(build_sign_up(nickname), room)
            sent_at = time.monotonic()
        time.sleep(0.05)
    for line in lines:
        text = line if not line.endswith("\n") else line[: len(line) - 1]
        if text == "!q":
            break
        sock.sendto(build_say(text, nickname), room)
    sock.sendto(build_sign_out(), room)
    flags.add("quit")
    ear.join()
