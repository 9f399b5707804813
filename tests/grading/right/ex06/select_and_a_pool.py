"""select waits a little, so the socket is asked only when there is something; a pool has the thread."""

import random
import select
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import takewhile
from typing import NamedTuple

import chatlab.udp.protocol as protocol
from chatlab.room import text as texts


class Signals(NamedTuple):
    answered: threading.Event
    done: threading.Event


def try_ports(sock, ports):
    for port in ports:
        try:
            sock.bind(("", port))
        except OSError:
            continue
        return port
    return try_ports(sock, ports)


def receive(sock, room, show, signals):
    while not signals.done.is_set():
        if select.select([sock], [], [], 0.1)[0]:
            try:
                datagram, sender = sock.recvfrom(1 << 16)
            except (BlockingIOError, ConnectionResetError):
                continue
            if sender == room:
                show(texts.decode(datagram))
                signals.answered.set()


def talk(sock, nickname, room, lines, show):
    first = random.randrange(8000, 9001)
    try_ports(sock, [*range(first, 9001), *range(8000, first)])
    sock.setblocking(False)
    signals = Signals(threading.Event(), threading.Event())
    with ThreadPoolExecutor(1) as pool:
        receiving = pool.submit(receive, sock, room, show, signals)
        try:
            while not signals.answered.is_set():
                sock.sendto(protocol.build_sign_up(nickname), 0, room)
                signals.answered.wait(0.5)
            for text in takewhile(lambda text: text != "!q", (line.rstrip("\r\n") for line in lines)):
                sock.sendto(protocol.build_say(text, nickname), 0, room)
        finally:
            sock.sendto(protocol.build_sign_out(), 0, room)
            signals.done.set()
    receiving.result()
