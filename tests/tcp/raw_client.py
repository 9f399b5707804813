"""Clients of the TCP room that are nothing but a socket, so that they can misbehave; and two that do behave."""

from __future__ import annotations

import contextlib
import selectors
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from tests.systems import SLOWER

LIMIT = 10.0 * SLOWER  # seconds to wait for what must come
LATE = 2.0 * SLOWER  # seconds after which a line of a healthy member is late
PAUSE = 0.05  # seconds between two of its lines
# struct linger: on, for 0 seconds. So close() resets the connection.
RESET = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


class RawClient:
    """A connection; with a nickname, one that is let in under it. A context manager.

    `deaf`: the kernel buffers little of what it does not read. `secured`: what the connected socket is used by.
    """

    secured: Callable[[socket.socket], Any] = staticmethod(lambda sock: sock)

    def __init__(self, address: Any, nickname: str | None = None, *, deaf: bool = False) -> None:
        self.socket = socket.socket()
        self.socket.settimeout(LIMIT)
        if deaf:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.connect(address[:2])
        self.socket = self.secured(self.socket)
        self._data = b""
        if nickname is not None:
            self.choose(nickname)

    def __enter__(self) -> RawClient:
        return self

    def __exit__(self, *exception: object) -> None:
        self.socket.close()

    def choose(self, nickname: str) -> None:
        self.say(nickname)
        self.wait_for("Connected to the server!")

    def say(self, text: str) -> None:
        self.socket.sendall(f"{text}\n".encode())

    def line(self, limit: float = LIMIT) -> str:
        """The next line. Raises EOFError at the end of the stream, TimeoutError after `limit` seconds."""
        deadline = time.monotonic() + limit
        while b"\n" not in self._data:
            self.socket.settimeout(max(0.001, deadline - time.monotonic()))
            data = self.socket.recv(65_536)
            if not data:
                raise EOFError(f"the stream has ended; what is left of it: {self._data!r}")
            self._data += data
        line, _, self._data = self._data.partition(b"\n")
        return line.decode()

    def lines(self) -> list[str]:
        """The whole lines among what is there to be read. Fails at the end of the stream."""
        data = self.socket.recv(65_536)
        assert data, f"the stream has ended; what is left of it: {self._data!r}"
        *lines, self._data = (self._data + data).split(b"\n")
        return [line.decode() for line in lines]

    def wait_for(self, wanted: str, limit: float = LIMIT) -> list[str]:
        """The lines up to the one that is `wanted`. Fails if it does not come within `limit` seconds."""
        deadline = time.monotonic() + limit
        lines = [""]
        while lines[-1] != wanted:
            try:
                lines.append(self.line(deadline - time.monotonic()))
            except (EOFError, OSError) as error:
                raise AssertionError(f"{wanted!r} did not come, but {lines[1:]} and {error!r}") from error
        return lines[1:]

    def rest(self, limit: float = LIMIT) -> list[str]:
        """The lines up to the end of the stream, which has to come within `limit` seconds. A reset is no such end."""
        deadline = time.monotonic() + limit
        lines = []
        with contextlib.suppress(EOFError):
            while True:
                lines.append(self.line(deadline - time.monotonic()))
        return lines

    def end(self) -> None:
        """End our side of the stream; the other may go on."""
        self.socket.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.socket.close()


def read_as_slowly_as_you_like(monkeypatch: pytest.MonkeyPatch) -> None:
    """A room does not wait LINGER for those whom it is done with, but longer than any test."""
    for module in ("threads_peer", "selectors_peer", "asyncio"):
        monkeypatch.setattr(f"chatlab.tcp.models.{module}.LINGER", 10 * LIMIT)


class HealthyPair:
    """Two members who keep talking, and read all the time: who does not may be put out as too slow.

    Fails at the end if a line of theirs was lost or late, or if nobody can join.
    """

    def __init__(self, address: Any) -> None:
        self._address = address
        self._members = {name: RawClient(address, name) for name in ("healthy-1", "healthy-2")}
        self._stop = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="healthy-pair")

    def __enter__(self) -> HealthyPair:
        self._thread.start()
        return self

    def __exit__(self, kind: object, *exception: object) -> None:
        self._stop.set()
        self._thread.join()
        for member in self._members.values():
            member.socket.close()
        if kind is None:
            if self._failure:
                raise self._failure
            with RawClient(self._address, "newcomer"):
                pass

    def _run(self) -> None:
        try:
            self._talk()
        except (AssertionError, OSError) as failure:
            self._failure = failure

    def _talk(self) -> None:
        with selectors.DefaultSelector() as selector:
            for name, member in self._members.items():
                selector.register(member.socket, selectors.EVENT_READ, name)
            for number in count():
                began = time.monotonic()
                missing = set()
                for name, member in self._members.items():
                    member.say(f"round {number}")
                    missing |= {(hearer, f"{name}: round {number}") for hearer in self._members if hearer != name}
                while missing or time.monotonic() - began < PAUSE:
                    assert not missing or time.monotonic() - began < LATE, f"{missing} did not come in time"
                    for key, _ in selector.select(PAUSE):
                        missing -= {(key.data, line) for line in self._members[key.data].lines()}
                if self._stop.is_set():
                    return


def vanish(address: Any, times: int) -> None:
    """Come and go so many times, with and without a nickname, in good order and by a reset; all have been accepted."""
    for number in range(times):
        client = RawClient(address)
        if number % 3:
            client.say(f"vanisher{number}"[: 20 if number % 2 else 3])
        client.reset() if number % 2 else client.socket.close()
    with RawClient(address, "last"):
        pass


def eventually(holds: Callable[[], object], limit: float = LIMIT) -> None:
    """Wait until `holds` does. Fails after `limit` seconds."""
    pause = threading.Event()
    deadline = time.monotonic() + limit
    while not holds():
        assert time.monotonic() < deadline, "it did not come true"
        pause.wait(0.01)
