"""Rooms on real sockets, on ports that the system picks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chatlab.udp.server import UdpServer

from ..waiting import no_thread_is_left

__all__ = ["no_thread_is_left", "room"]


@pytest.fixture
def room() -> Iterator[UdpServer]:
    with UdpServer(port=0) as room:
        yield room
