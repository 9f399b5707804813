"""The load's side: many members of a room in one thread. They talk, and count what they hear.

What they say ends with a mark, and they count marks: the cheapest way to count lines that come in any pieces, so that
the members don't slow the server down. For the same reason all read into one buffer.
"""

from __future__ import annotations

import selectors
import socket
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import ClassVar, Protocol

from chatlab.room.addresses import shown
from chatlab.room.errors import Dropped, NobodyAnswers, TooFewFiles

MARK = b"~"
TEXT = b"the quick brown fox jumps over the lazy dog" + MARK
# Members that come together have to be in after PATIENCE; each asks again after RETRY. In seconds.
PATIENCE = 20.0
RETRY = 0.25
# On Windows `selectors` has select() alone, and CPython gives that room for this many sockets: FD_SETSIZE.
MOST_SELECTED = 512


class Room(Protocol):
    """What members know of a server."""

    @property
    def addresses(self) -> Sequence[tuple[str, int]]: ...
    @property
    def has_ended(self) -> bool: ...


class Members(ABC):
    """Members of `room`: at first, none. A context manager."""

    kind: ClassVar[socket.SocketKind]
    # Whether members hear their own words.
    echo: ClassVar[bool]

    def __init__(self, room: Room) -> None:
        self.room = room
        self.sockets: list[socket.socket] = []
        self._buffer = bytearray(1 << 18)
        self._stack = ExitStack()
        self._selector = self._stack.enter_context(selectors.DefaultSelector())

    def __enter__(self) -> Members:
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    def admit(self, count: int, at_once: int = 100) -> None:
        """Let `count` more come in, `at_once` at a time.

        Raises NobodyAnswers if the server does not let them, TooFewFiles if this system can't wait for so many at once.
        """
        if isinstance(self._selector, selectors.SelectSelector) and len(self.sockets) + count > MOST_SELECTED:
            raise TooFewFiles(f"this system waits for at most {MOST_SELECTED} sockets: run with fewer --clients")
        left = count
        while left:
            together = min(left, at_once) if self.sockets else 1  # the first one waits until the room is open
            self._admit(together)
            left -= together

    def listen(self, timeout: float) -> Iterator[tuple[int, int]]:
        """Read what is there; wait for it up to `timeout` seconds. Yields who heard, and how many messages."""
        buffer = self._buffer
        for key, _ in self._selector.select(timeout):
            size = key.fileobj.recv_into(buffer)  # type: ignore[union-attr]  # they are sockets
            if not size:
                raise Dropped(f"the server ended the connection of member {key.data}")
            yield key.data, buffer.count(MARK, 0, size)

    @abstractmethod
    def say(self, speaker: int, times: int) -> None:
        """Let the member with number `speaker` say TEXT, `times` times."""

    @abstractmethod
    def connect(self) -> socket.socket:
        """A connection of somebody who is no member yet."""

    @property
    def next_address(self) -> tuple[str, int]:
        """Where the next one goes: who is in a room on several servers is spread over them."""
        return self.room.addresses[len(self.sockets) % len(self.room.addresses)]

    @abstractmethod
    def _ask(self, number: int, again: bool) -> None:
        """Ask to be let in, under a nickname made of the number."""

    @abstractmethod
    def _is_in(self, number: int, heard: bytes) -> bool: ...

    def _admit(self, more: int) -> None:
        deadline = time.monotonic() + PATIENCE
        waiting: dict[int, bytes] = {}
        for number in range(len(self.sockets), len(self.sockets) + more):
            self.sockets.append(self._stack.enter_context(self._connect_by(deadline)))
            self._selector.register(self.sockets[number], selectors.EVENT_READ, number)
            self._ask(number, again=False)
            waiting[number] = b""
        while waiting:
            ready = self._selector.select(RETRY)
            for key, _ in ready:
                try:
                    data = self.sockets[key.data].recv(65_536)
                except ConnectionRefusedError:  # the server has not opened its port yet
                    self._wait_for_room(deadline)
                    continue
                if not data:
                    raise Dropped(f"the server ended the connection of member {key.data}")
                if key.data in waiting:
                    waiting[key.data] += data
                    if self._is_in(key.data, waiting[key.data]):
                        del waiting[key.data]
            if time.monotonic() > deadline:
                raise NobodyAnswers(
                    f"of {len(self.sockets)} clients, {len(waiting)} are not let in after {PATIENCE:g} s"
                )
            if not ready:
                for number in waiting:
                    self._ask(number, again=True)

    def _connect_by(self, deadline: float) -> socket.socket:
        while True:
            try:
                return self.connect()
            except ConnectionRefusedError:
                self._wait_for_room(deadline)

    def _wait_for_room(self, deadline: float) -> None:
        if self.room.has_ended:
            raise NobodyAnswers("the server has ended: does its command work?")
        if time.monotonic() > deadline:
            raise NobodyAnswers(f"nobody answers at {shown(self.next_address)}: does the server listen on {{port}}?")
        # Servers in any language have no common way to say that they listen by now, and a closed port says no at once.
        time.sleep(RETRY)
