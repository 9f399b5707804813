"""A server that is a bare socket, and whoever talks to it through a relay."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from chatlab.weather.fate import Direction
from chatlab.weather.relayed import Crossing

from ..programs import LIMIT
from ..waiting import Heard, no_thread_is_left

__all__ = ["LIMIT", "Crossings", "new_socket", "no_thread_is_left", "server"]
from chatlab.udp.sockets.buffers import enlarge_buffers


@pytest.fixture
def new_socket() -> Iterator[Callable[[], socket.socket]]:
    """Sockets on ports of their own, closed in the end."""
    with ExitStack() as stack:

        def make() -> socket.socket:
            sock = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            enlarge_buffers(sock)
            sock.bind(("127.0.0.1", 0))
            sock.settimeout(LIMIT)
            return sock

        yield make


@pytest.fixture
def server(new_socket: Callable[[], socket.socket]) -> socket.socket:
    return new_socket()


class Crossings(Heard[Crossing]):
    """An `on_fate` that collects."""

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
