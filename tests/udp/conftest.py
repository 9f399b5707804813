"""Rooms on real sockets, on ports that the system picks."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from chatlab.udp.server import UdpServer


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    left = [thread.name for thread in threading.enumerate() if thread not in before]
    assert not left, f"still running: {left}"


@pytest.fixture
def room() -> Iterator[UdpServer]:
    with UdpServer(port=0) as room:
        yield room
