"""The TCP room under each of its concurrency models."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from chatlab.tcp.limits import DEFAULT_LIMITS, Limits
from chatlab.tcp.models.serving import MODELS, Model
from chatlab.tcp.server import TcpServer
from tests.tcp.raw_client import LIMIT

OpenRoom = Callable[..., TcpServer]


def close_in_time(room: TcpServer) -> None:
    """Close it, and fail if that does not end."""
    closing = threading.Thread(target=room.close, name="closing", daemon=True)
    closing.start()
    closing.join(LIMIT)
    assert not closing.is_alive(), f"close does not return; there are {[t.name for t in threading.enumerate()]}"


@pytest.fixture(params=MODELS)
def model(request: pytest.FixtureRequest) -> Model:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def log() -> list[str]:
    """What the room logs."""
    return []


@pytest.fixture
def open_room(model: Model, log: list[str]) -> Iterator[OpenRoom]:
    """Opens rooms. After the test they close, in time; none has failed, no thread is left, and the log is printable."""
    rooms: list[TcpServer] = []

    def open_room(limits: Limits = DEFAULT_LIMITS) -> TcpServer:
        rooms.append(TcpServer(port=0, limits=limits, model=model, log=log.append))
        stack.callback(close_in_time, rooms[-1])
        return rooms[-1].start()

    with ExitStack() as stack:
        yield open_room
    assert [room.failure for room in rooms if room.failure] == []
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("tcp-")] == []
    assert all(line.isprintable() for line in log)


@pytest.fixture
def room(open_room: OpenRoom) -> TcpServer:
    return open_room()
