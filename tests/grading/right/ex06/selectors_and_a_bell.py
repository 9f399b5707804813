"""A selector waits for the socket and for a bell, which the end rings."""

import random
import selectors
import socket
import threading
from collections.abc import Callable, Iterable

from chatlab.room.addresses import Address
from chatlab.room.text import decode
from chatlab.udp.protocol import build_say, build_sign_out, build_sign_up


def talk(
    sock: socket.socket, nickname: str, room: Address, lines: Iterable[str], show: Callable[[str], object]
) -> None:
    ports = list(range(8000, 9001))
    random.shuffle(ports)
    for port in ports:
        try:
            sock.bind(("", port))
        except OSError:
            continue
        break
    else:
        raise RuntimeError("no port is free")

    bell = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    bell.bind(("127.0.0.1", 0))
    is_in = threading.Event()

    def listen():
        with selectors.DefaultSelector() as selector:
            selector.register(sock, selectors.EVENT_READ)
            selector.register(bell, selectors.EVENT_READ)
            while True:
                ready = [key.fileobj for key, _ in selector.select()]
                if bell in ready:
                    return
                try:
                    datagram, who = sock.recvfrom(65536)
                except ConnectionResetError:
                    continue
                if who == room:
                    show(decode(datagram))
                    is_in.set()

    listener = threading.Thread(target=listen)
    listener.start()
    try:
        while True:
            sock.sendto(build_sign_up(nickname), room)
            if is_in.wait(timeout=0.5):
                break
        for line in lines:
            if line.endswith("\n"):
                line = line[:-1]
            if line == "!q":
                break
            sock.sendto(build_say(line, nickname), room)
    finally:
        sock.sendto(build_sign_out(), room)
        bell.sendto(b"ding", bell.getsockname())
        listener.join()
        bell.close()
