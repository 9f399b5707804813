# expects: It waits for a line by now
import random
import socket
import threading
from collections.abc import Callable, Iterable

from chatlab.room.addresses import Address
from chatlab.room.text import decode
from chatlab.udp.protocol import build_say, build_sign_out, build_sign_up


def bind(sock):
    while True:
        try:
            sock.bind(("", random.randint(8000, 9000)))
            return
        except OSError:
            pass


def talk(sock, nickname, room, lines, show):
    bind(sock)
    ended = threading.Event()
    heard = threading.Event()

    def listen():
        while not ended.is_set():
            try:
                data, address = sock.recvfrom(65507)
            except ConnectionResetError:
                continue
            if ended.is_set():
                break
            if address == room:
                show(decode(data))
                heard.set()

    listener = threading.Thread(target=listen)
    listener.start()
    try:
        sock.sendto(build_sign_up(nickname), room)
        for line in lines:
            line = line.removesuffix("\n")
            if line == "!q":
                break
            sock.sendto(build_say(line, nickname), room)
    finally:
        sock.sendto(build_sign_out(), room)
        ended.set()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
            waker.sendto(b"", ("127.0.0.1", sock.getsockname()[1]))
        listener.join()
