"""The thread is a class; at the end it is woken by a datagram to its own port, at 127.0.0.1."""

import random
import socket
import threading
from contextlib import contextmanager

from chatlab.room.text import decode
from chatlab.udp.protocol import build_say, build_sign_out, build_sign_up


class Listener(threading.Thread):
    def __init__(self, sock, room, show):
        super().__init__(name="listener", daemon=True)
        self.sock, self.room, self.show = sock, room, show
        self.heard = threading.Event()
        self.leaving = False

    def run(self):
        buffer = bytearray(65_507)
        while True:
            try:
                size, sender = self.sock.recvfrom_into(buffer)
            except ConnectionResetError:
                continue
            if self.leaving:
                return
            if sender == self.room:
                self.show(decode(bytes(buffer[:size])))
                self.heard.set()

    def end(self):
        self.leaving = True
        _, port = self.sock.getsockname()
        self.sock.sendto(b"", ("127.0.0.1", port))
        self.join()


@contextmanager
def listening(sock, room, show):
    listener = Listener(sock, room, show)
    listener.start()
    try:
        yield listener
    finally:
        sock.sendto(build_sign_out(), room)
        listener.end()


def bind(sock):
    while True:
        try:
            return sock.bind(("", random.choice(range(8000, 9001))))
        except OSError:
            pass


def without_newline(lines):
    for line in lines:
        yield line.removesuffix("\n")


def talk(sock, nickname, room, lines, show):
    bind(sock)
    with listening(sock, room, show) as listener:
        while not listener.heard.is_set():
            sock.sendto(build_sign_up(nickname), room)
            listener.heard.wait(0.5)
        for text in without_newline(lines):
            if text == "!q":
                return
            sock.sendto(build_say(text, nickname), room)
