"""The TCP room under each of its concurrency models."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from chatlab.tcp.limits import DEFAULT_LIMITS, Limits
from chatlab.tcp.server import MODELS, Model, TcpServer

OpenRoom = Callable[..., TcpServer]


@pytest.fixture(params=MODELS)
def model(request: pytest.FixtureRequest) -> Model:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def log() -> list[str]:
    """What the room logs."""
    return []


@pytest.fixture
def open_room(model: Model, log: list[str]) -> Iterator[OpenRoom]:
    """Opens rooms. Once they are closed, after the test, no thread of theirs is left, and their log is printable."""

    def open_room(limits: Limits = DEFAULT_LIMITS) -> TcpServer:
        return stack.enter_context(TcpServer(port=0, limits=limits, model=model, log=log.append))

    with ExitStack() as stack:
        yield open_room
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("tcp-")] == []
    assert all(line.isprintable() for line in log)


@pytest.fixture
def room(open_room: OpenRoom) -> TcpServer:
    return open_room()
