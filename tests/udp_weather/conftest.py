"""A server that is a bare socket, and whoever talks to it through a relay."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from chatlab.udp.crossing import Crossing
from chatlab.udp.fate import Direction

LIMIT = 10.0  # seconds to wait for what must come


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    left = [thread.name for thread in threading.enumerate() if thread not in before]
    assert not left, f"still running: {left}"


@pytest.fixture
def new_socket() -> Iterator[Callable[[], socket.socket]]:
    """Sockets on ports of their own, closed in the end."""
    with ExitStack() as stack:

        def make() -> socket.socket:
            sock = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            sock.bind(("127.0.0.1", 0))
            sock.settimeout(LIMIT)
            return sock

        yield make


@pytest.fixture
def server(new_socket: Callable[[], socket.socket]) -> socket.socket:
    return new_socket()


class Crossings:
    """An `on_fate` that collects, and can be waited for."""

    def __init__(self) -> None:
        self.all: list[Crossing] = []
        self._came = threading.Condition()

    def __call__(self, crossing: Crossing) -> None:
        with self._came:
            self.all.append(crossing)
            self._came.notify_all()

    def wait_for(self, count: int) -> list[Crossing]:
        """All, once there are `count`."""
        with self._came:
            assert self._came.wait_for(lambda: len(self.all) >= count, LIMIT), f"{len(self.all)} of {count} came"
            return list(self.all)

    def by_client(self, direction: Direction) -> dict[bytes, list[tuple[bool, bool, bool]]]:
        """What was decided, in order, for the datagrams that begin with the same word."""
        decided: dict[bytes, list[tuple[bool, bool, bool]]] = {}
        for crossing in self.all:
            if crossing.direction is direction:
                fate = crossing.fate
                decided.setdefault(crossing.datagram.split()[0], []).append((fate.lost, fate.repeated, fate.reordered))
        return decided


@pytest.fixture
def crossings() -> Crossings:
    return Crossings()
