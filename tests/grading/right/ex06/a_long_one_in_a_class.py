"""A class with many small methods; it signs up in a thread of its own; a match tells what a line is."""

from __future__ import annotations

import contextlib
import random
import socket
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from chatlab.room.addresses import Address
from chatlab.room.text import decode
from chatlab.udp.protocol import MAX_DATAGRAM, build_say, build_sign_out, build_sign_up

QUIT = "!q"


@dataclass
class Client:
    sock: socket.socket
    nickname: str
    room: Address
    show: Callable[[str], object]
    answered: threading.Event = field(default_factory=threading.Event)
    leaving: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)

    def bind(self) -> None:
        ports = [8000 + offset for offset in range(1001)]
        random.shuffle(ports)
        while ports:
            with contextlib.suppress(OSError):
                self.sock.bind(("", ports.pop()))
                return
        raise OSError("every port is taken")

    def __enter__(self) -> Client:
        self.bind()
        self.sock.settimeout(0.25)
        self._spawn(self._receive)
        self._spawn(self._sign_up)
        self.answered.wait()
        return self

    def __exit__(self, *error: object) -> None:
        self._send(build_sign_out())
        self.leaving.set()
        for thread in self.threads:
            thread.join()

    def say(self, text: str) -> None:
        self._send(build_say(text, self.nickname))

    def _spawn(self, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target, name=target.__name__, daemon=True)
        self.threads.append(thread)
        thread.start()

    def _send(self, datagram: bytes) -> None:
        self.sock.sendto(datagram, self.room)

    def _sign_up(self) -> None:
        while not self.answered.is_set():
            self._send(build_sign_up(self.nickname))
            self.answered.wait(0.5)

    def _receive(self) -> None:
        while not self.leaving.is_set():
            try:
                datagram, sender = self.sock.recvfrom(MAX_DATAGRAM)
            except socket.timeout:
                continue
            except ConnectionResetError:
                continue
            self._heard(datagram, sender)

    def _heard(self, datagram: bytes, sender: Address) -> None:
        if tuple(sender) == tuple(self.room):
            self.show(decode(datagram))
            self.answered.set()


def talk(
    sock: socket.socket, nickname: str, room: Address, lines: Iterable[str], show: Callable[[str], object]
) -> None:
    with Client(sock, nickname, room, show) as client:
        for line in lines:
            match line.removesuffix("\n"):
                case "!q":
                    break
                case text:
                    client.say(text)
