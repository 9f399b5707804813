"""How long the others wait in a TCP room of which one member reads nothing. Lesson 13 asks it of two rooms.

tom comes first, and reads nothing more; ada and bob follow. ada says a line, bob waits for it, and then for the next.
"""

from __future__ import annotations

import socket
import time
from typing import NamedTuple

from chatlab.room.errors import CantUse
from chatlab.service.interfaces import HasAddress
from chatlab.service.resolve import host_and_port, resolve
from chatlab.tcp.framing import LineBuffer
from chatlab.tcp.protocol import MAX_ANSWER, WELCOME, build_nickname
from chatlab.tcp.sockets import prepare_for_chat

LINES = 500
TEXT = b"x" * 200
RECEIVE_BUFFER = 4096  # bytes, of tom's system: a few lines fill it
PATIENCE = 2.5  # seconds
JOIN_PATIENCE = 5.0


class Waits(NamedTuple):
    """`heard`: lines that bob has heard. `longest`: what he waited for one of them at most, in seconds. `silence`: how
    long he then waited in vain; 0 if all of them came.
    """

    heard: int
    longest: float
    silence: float

    def __str__(self) -> str:
        told = f"Bob heard {self.heard} lines, each after {self.longest * 1000:.1f} ms at most."
        return told + (f" Then he heard nothing for {self.silence:.1f} s." if self.silence else "")


def talk_beside_one_who_does_not_read(
    room: HasAddress | tuple[str, int], lines: int = LINES, patience: float = PATIENCE
) -> Waits:
    """`patience`, in seconds: for one line. Raises OSError, or CantUse if somebody is not let in."""
    with _Member("tom", room, RECEIVE_BUFFER), _Member("bob", room) as bob, _Member("ada", room) as ada:
        longest = 0.0
        for number in range(lines):
            text = b"%d %s" % (number, TEXT)
            began = time.perf_counter()
            ada.socket.sendall(text + b"\n")
            if not bob.hears(text, patience):
                return Waits(number, longest, time.perf_counter() - began)
            longest = max(longest, time.perf_counter() - began)
        return Waits(lines, longest, 0.0)


class _Member:
    """Somebody in the room, whom `with` lets in. `receive_buffer`: as in RECEIVE_BUFFER; 0 leaves it to the system."""

    def __init__(self, nickname: str, room: HasAddress | tuple[str, int], receive_buffer: int = 0) -> None:
        self._nickname = nickname
        self._receive_buffer = receive_buffer
        self._lines = LineBuffer(MAX_ANSWER)
        family, self._address = resolve(*host_and_port(room), socket.SOCK_STREAM)
        self.socket = socket.socket(family, socket.SOCK_STREAM)

    def __enter__(self) -> _Member:
        try:
            if self._receive_buffer:  # before it connects: the window is agreed on then (tcp(7))
                self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._receive_buffer)
            self.socket.settimeout(JOIN_PATIENCE)
            self.socket.connect(self._address)
            prepare_for_chat(self.socket)
            self.socket.sendall(build_nickname(self._nickname))
            if not self.hears(WELCOME.encode(), JOIN_PATIENCE):
                raise CantUse(f"the room does not let {self._nickname} in")
        except BaseException:
            self.socket.close()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self.socket.close()

    def hears(self, text: bytes, patience: float) -> bool:
        """Whether a line that ends with `text` comes within `patience` seconds."""
        give_up_at = time.perf_counter() + patience
        while (left := give_up_at - time.perf_counter()) > 0:
            self.socket.settimeout(left)
            try:
                data = self.socket.recv(65_536)
            except OSError:  # a time-out, or the connection is lost
                return False
            if not data:
                return False
            if any(line.endswith(text) for line in self._lines.take(data)):
                return True
        return False
