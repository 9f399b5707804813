"""All that happens comes through one queue: what arrives, what is typed, and that time has passed. Two threads beside."""

import queue
import random
import socket
import threading

from chatlab.room.text import decode
from chatlab.udp.protocol import build_say, build_sign_out, build_sign_up


def talk(sock, nickname, room, lines, show):
    while True:
        try:
            sock.bind(("", 8000 + int(random.random() * 1001)))
            break
        except OSError:
            pass
    happenings = queue.SimpleQueue()
    over = threading.Event()

    def receive():
        while True:
            try:
                datagram, sender = sock.recvfrom(65_535)
            except ConnectionResetError:
                continue
            if over.is_set():
                return
            if sender == room:
                happenings.put(("heard", datagram))

    def read():
        for line in lines:
            happenings.put(("typed", line.rstrip("\n")))
            if line.rstrip("\n") == "!q":
                return
        happenings.put(("typed", "!q"))

    receiver = threading.Thread(target=receive)
    reader = threading.Thread(target=read)
    receiver.start()
    is_in = False
    try:
        sock.sendto(build_sign_up(nickname), room)
        while True:
            try:
                kind, what = happenings.get(timeout=None if is_in else 0.5)
            except queue.Empty:
                sock.sendto(build_sign_up(nickname), room)
                continue
            if kind == "heard":
                show(decode(what))
                if not is_in:
                    is_in = True
                    reader.start()
            elif what == "!q":
                break
            else:
                sock.sendto(build_say(what, nickname), room)
    finally:
        sock.sendto(build_sign_out(), room)
        over.set()
        sock.sendto(b"", ("127.0.0.1", sock.getsockname()[1]))
        receiver.join()
        if is_in:
            reader.join()
