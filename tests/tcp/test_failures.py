"""Whatever fails in a room, under each model: it ends in words, it is never open and dead, and it leaves nothing."""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chatlab.tcp.chat import TcpChat
from chatlab.tcp.models import asyncio_peer, selectors_peer, threads_peer
from chatlab.tcp.models.serving import MODELS, Model
from chatlab.tcp.server import TcpServer
from tests.tcp.conftest import close_in_time
from tests.tcp.raw_client import LIMIT, RawClient, eventually

pytestmark = pytest.mark.usefixtures("services_may_fail")

CLOSING = "ERROR the room is closing"


class FailingLog:
    """A log that takes so many lines, and then raises."""

    def __init__(self, room_for: int, error: BaseException) -> None:
        self.room_for = room_for
        self.error = error

    def __call__(self, line: str) -> None:
        if not self.room_for:
            raise self.error
        self.room_for -= 1


@pytest.fixture
def room(model: Model) -> Iterator[TcpServer]:
    room = TcpServer(port=0, model=model)
    yield room
    close_in_time(room)


def has_failed(room: TcpServer, kind: type[BaseException]) -> None:
    """It is closed, says why, has no thread left, has freed its port and its nicknames, and opens again."""
    eventually(lambda: not room.running)
    assert isinstance(room.failure, kind)
    assert repr(room) == f"<TCP room ({room.model}), failed, 0 here>"
    eventually(lambda: not any(thread.name.startswith("tcp-") for thread in threading.enumerate()))
    assert room.nicknames == ()
    with TcpServer(port=room.address[1], model=room.model), RawClient(room.address, "ada"):
        pass


def failing(
    original: Callable[..., Any],
    fails: Callable[..., object],
    error: BaseException = ZeroDivisionError("division by zero"),
) -> Callable[..., Any]:
    def step(*arguments: Any, **options: Any) -> Any:
        if fails(*arguments):
            raise error
        return original(*arguments, **options)

    return step


@pytest.mark.parametrize("room_for", [0, 1, 2])
@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "disk full"), SystemExit(3), KeyboardInterrupt()], ids=repr)
def test_a_log_that_fails_ends_the_room_and_the_members_are_told(
    model: Model, room_for: int, error: BaseException
) -> None:
    room = TcpServer(port=0, model=model, log=FailingLog(room_for, error)).start()
    with RawClient(room.address) as bob, RawClient(room.address, "ada") as ada:
        if room_for:
            bob.say("bob")
        if room_for == 2:
            bob.end()
        assert ada.rest()[-1] == CLOSING
        assert bob.rest()[-1] == ("Connected to the server!" if room_for == 2 else CLOSING)
    has_failed(room, type(error))


@pytest.mark.parametrize("step", ["connect", "receive", "leave"])
def test_a_step_of_the_chat_that_fails_ends_the_room_and_the_members_are_told(
    room: TcpServer, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under the threads model, a thread of one client takes it."""
    with room.start(), RawClient(room.address, "ada") as ada, RawClient(room.address, "bob") as bob:
        ada.wait_for("bob joined the chat")
        left: list[object] = []

        def fails(chat: object, connection: object, *arguments: object) -> bool:
            """`leave`: the first time alone, for to close the room is to leave."""
            left.append(connection)
            return step != "leave" or len(left) == 1

        monkeypatch.setattr(TcpChat, step, failing(getattr(TcpChat, step), fails))
        with RawClient(room.address):
            if step != "connect":
                bob.say("hello")
                bob.end()
            assert [line for line in ada.rest() if line.startswith("ERROR")] == [CLOSING]
        monkeypatch.undo()
        has_failed(room, ZeroDivisionError)


@pytest.mark.parametrize("step", ["tick", "close"])
def test_who_can_not_be_told_is_hung_up_on(room: TcpServer, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with RawClient(room.start().address, "ada") as ada, RawClient(room.address):
        monkeypatch.setattr(TcpChat, step, failing(getattr(TcpChat, step), lambda *arguments: True))
        if step == "close":
            close_in_time(room)
        assert [line for line in ada.rest() if line != CLOSING] == []
        monkeypatch.undo()
        has_failed(room, ZeroDivisionError)


@pytest.mark.parametrize("error", [ZeroDivisionError(), SystemExit(3), KeyboardInterrupt()], ids=repr)
def test_a_chat_that_fails_at_every_step_leaves_no_socket_open(
    room: TcpServer, error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RawClient(room.start().address, "ada") as ada, RawClient(room.address, "bob") as bob:
        for step in ("receive", "leave", "close"):
            monkeypatch.setattr(TcpChat, step, failing(getattr(TcpChat, step), lambda *arguments: True, error))
        ada.say("hello")
        for member in (ada, bob):
            member.rest()
        eventually(lambda: not room.running)
        monkeypatch.undo()
        room._chat.close()  # it could not forget its members
        has_failed(room, type(error))


def test_a_room_that_can_not_send_any_more(room: TcpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    peer = {"threads": threads_peer, "selectors": selectors_peer, "asyncio": asyncio_peer}[room.model].Peer
    with RawClient(room.start().address, "ada") as ada, RawClient(room.address):
        monkeypatch.setattr(peer, "send", failing(peer.send, lambda *arguments: True))
        with RawClient(room.address):
            ada.rest()
        monkeypatch.undo()
        has_failed(room, ZeroDivisionError)


def test_who_ends_a_room_waits_for_no_step_of_it() -> None:
    """Under the threads model, whoever steps holds its lock."""
    room = TcpServer(port=0, model="threads").start()
    with room._serving._lock:  # type: ignore[attr-defined]
        ending = threading.Thread(target=room._end, daemon=True)
        ending.start()
        ending.join(LIMIT)
        assert not ending.is_alive()
    close_in_time(room)


@pytest.mark.parametrize(
    ("model", "started"), [(model, count) for model in MODELS for count in range(1 + (model == "threads"))]
)
def test_a_room_that_can_not_have_its_threads_leaves_nothing(
    model: Model, started: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = threading.Thread.start
    others = [None] * started

    def start_some(thread: threading.Thread) -> None:
        if not others:
            raise RuntimeError("can't start new thread")
        others.pop()
        start(thread)

    room = TcpServer(port=0, model=model)
    with monkeypatch.context() as scarce:
        scarce.setattr(threading.Thread, "start", start_some)
        with pytest.raises(RuntimeError, match="no thread left"):
            room.start()
    assert not room.running
    close_in_time(room)
    assert not any(thread.name.startswith("tcp-") for thread in threading.enumerate())
    with TcpServer(port=room.address[1], model=model), RawClient(room.address, "ada"):
        pass
    with room.start(), RawClient(room.address, "ada"):
        pass
