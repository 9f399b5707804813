"""What a room does on real sockets, under each model: the protocol page, and the server's face."""

from __future__ import annotations

import errno
import socket
import threading
import time
from asyncio import BaseEventLoop
from contextlib import ExitStack
from typing import Any

import pytest

from chatlab.room.errors import CantListen, CantResolve
from chatlab.tcp.limits import Limits
from chatlab.tcp.models.serving import MODELS, Model
from chatlab.tcp.server import TcpServer
from chatlab.tcp.sockets import listen
from tests.systems import SLOWER, wine_differs
from tests.tcp.conftest import OpenRoom, close_in_time
from tests.tcp.raw_client import LIMIT, HealthyPair, RawClient, eventually, read_as_slowly_as_you_like

PARTIAL_SENDS = wine_differs("asyncio is told of a part that it was all that it sent")
CLOSING = "ERROR the room is closing"


def test_a_talk(room: TcpServer) -> None:
    with RawClient(room.address) as ada, RawClient(room.address, "bob") as bob:
        assert ada.line() == "NICK"
        ada.say("bob")
        assert ada.line() == "NICK taken: that nickname, or one that looks like it"
        ada.say("ada")
        assert ada.line() == "Connected to the server!"
        assert bob.line() == "ada joined the chat"
        ada.socket.sendall("one\r\nhé 🐍\n".encode())
        assert [bob.line(), bob.line()] == ["ada: one", "ada: hé 🐍"]
        bob.say("two")
        assert ada.line() == "bob: two"  # and nothing of its own words
        ada.end()
        assert ada.rest() == []
        assert bob.line() == "ada left the chat!"


def test_a_whole_stay_in_one_piece_is_heard_in_its_order(room: TcpServer) -> None:
    with RawClient(room.address, "ada") as ada, RawClient(room.address) as bob:
        bob.socket.sendall(b"bob\none\ntwo\n")
        bob.end()
        heard = ada.wait_for("bob left the chat!")
        assert heard == ["bob joined the chat", "bob: one", "bob: two", "bob left the chat!"]


def test_a_stream_in_pieces(room: TcpServer) -> None:
    with RawClient(room.address, "ada") as ada, RawClient(room.address, "bob") as bob:
        ada.wait_for("bob joined the chat")
        for byte in "hé 🐍\n".encode():
            ada.socket.sendall(bytes([byte]))
        assert bob.line() == "ada: hé 🐍"


def test_the_face_of_the_server(open_room: OpenRoom, model: Model) -> None:
    room = open_room()
    assert room.running
    assert room.address[0] == "127.0.0.1"
    assert repr(room) == f"<TCP room ({model}), open, 0 here>"
    with RawClient(room.address, "ada") as ada, RawClient(room.address, "bob") as bob:
        assert room.nicknames == ("ada", "bob")
        ada.wait_for("bob joined the chat")
        received, sent = room.counts.received, room.counts.sent
        ada.say("hi")
        bob.wait_for("ada: hi")
        assert (room.counts.received, room.counts.sent) == (received + 1, sent + 1)
    eventually(lambda: room.nicknames == ())
    assert room.start() is room
    close_in_time(room)
    close_in_time(room)
    assert not room.running
    assert repr(room) == f"<TCP room ({model}), closed, 0 here>"


def test_a_room_that_closes_tells_everybody_and_opens_again_at_once_on_the_same_port(room: TcpServer) -> None:
    address = room.address
    with RawClient(address, "ada") as ada, RawClient(address) as stranger:
        assert stranger.line() == "NICK"
        close_in_time(room)
        assert ada.rest() == [CLOSING]
        assert stranger.rest() == [CLOSING]
    room.start()
    assert room.address == address
    with RawClient(address, "ada"):
        assert room.nicknames == ("ada",)


def test_closing_while_members_talk_loses_no_last_words(room: TcpServer) -> None:
    """Closing with unread data resets the connection, and a reset takes the last words away."""
    with RawClient(room.address, "ada") as ada:
        ada.socket.sendall(b"hello\n" * 90)
        close_in_time(room)
        ada.socket.sendall(b"too late\n")
        assert ada.rest() == [CLOSING]


def test_a_room_that_can_not_be_opened(room: TcpServer, model: Model) -> None:
    with pytest.raises(CantListen, match="is taken or not allowed"):
        TcpServer(port=room.address[1], model=model).start()
    with pytest.raises(CantListen, match="not an address of this machine"):
        TcpServer("192.0.2.1", 0, model=model).start()
    with pytest.raises(CantResolve, match="no-such-host"):
        TcpServer("no-such-host.invalid", 0, model=model).start()


def test_small_lines_do_not_wait_for_acknowledgements(open_room: OpenRoom) -> None:
    """Without TCP_NODELAY, a small line waits until the one before is acknowledged, which may be 40 ms later."""
    room = open_room(Limits(rate_limit=0))
    with RawClient(room.address, "ada") as ada, RawClient(room.address, "bob") as bob:
        ada.wait_for("bob joined the chat")
        began = time.monotonic()
        for number in range(100):
            if hasattr(socket, "TCP_QUICKACK"):  # Linux acknowledges at once, as long as it finds that useful
                bob.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 0)
            ada.say(f"a {number}")
            bob.wait_for(f"ada: a {number}")
        assert time.monotonic() - began < 2 * SLOWER


def test_many_may_wait_to_be_accepted() -> None:
    with listen("127.0.0.1", 0) as listener, ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(socket.create_connection(listener.getsockname(), timeout=LIMIT / 2))


def test_a_slow_reader_who_reads_at_last_misses_nothing(open_room: OpenRoom) -> None:
    room = open_room(Limits(rate_limit=0, max_outbox=10_000_000))
    lines = [f"{number} {'x' * 1000}" for number in range(8_000)]  # more than the kernel buffers
    with (
        HealthyPair(room.address),
        RawClient(room.address, "slow", deaf=True) as slow,
        RawClient(room.address, "ada") as ada,
    ):
        for line in lines:
            ada.say(line)
        ada.end()
        heard = slow.wait_for("ada left the chat!")
        assert [line for line in heard if line.startswith("ada: ")] == [f"ada: {line}" for line in lines]


@pytest.mark.parametrize(
    "model", [pytest.param(model, marks=PARTIAL_SENDS if model == "asyncio" else ()) for model in MODELS]
)
def test_half_close_what_is_owed_still_comes(open_room: OpenRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    read_as_slowly_as_you_like(monkeypatch)
    room = open_room(Limits(rate_limit=0, max_outbox=10_000_000))
    with RawClient(room.address, "slow", deaf=True) as slow, RawClient(room.address, "ada") as ada:
        for _ in range(6_000):
            ada.say("x" * 1000)
        ada.say("last")
        eventually(lambda: room.counts.received == 6_003)
        slow.end()
        heard = slow.rest()
        assert heard.count("ada: " + "x" * 1000) == 6_000
        assert heard[-1] == "ada: last"


@pytest.mark.parametrize("missing", ["tcp-read", "tcp-write"])
def test_who_comes_when_there_is_no_thread_left_is_put_out_and_the_room_goes_on(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = threading.Thread.start
    put_out: list[str] = []

    def start_but_one(thread: threading.Thread) -> None:
        if thread.name.startswith(missing) and not put_out:
            put_out.append(thread.name)
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", start_but_one)
    with TcpServer(port=0, model="threads") as room:
        with RawClient(room.address) as first:
            first.rest()
        with HealthyPair(room.address):
            pass
    assert put_out


def test_a_connection_that_is_lost_before_asyncio_takes_it_in(monkeypatch: pytest.MonkeyPatch) -> None:
    lost: list[socket.socket] = []
    take_in = BaseEventLoop.connect_accepted_socket

    async def lose_the_first(loop: BaseEventLoop, factory: Any, sock: socket.socket) -> Any:
        if not lost:
            lost.append(sock)
            raise OSError(errno.EINVAL, "Invalid argument")
        return await take_in(loop, factory, sock)

    monkeypatch.setattr(BaseEventLoop, "connect_accepted_socket", lose_the_first)
    with TcpServer(port=0, model="asyncio") as room:
        with RawClient(room.address) as first:
            assert first.rest() == []
        with HealthyPair(room.address):
            pass
    assert lost[0].fileno() < 0


def test_what_waits_for_a_reader_is_in_its_outbox_and_in_no_other(open_room: OpenRoom) -> None:
    room = open_room(Limits(rate_limit=0, max_outbox=10_000_000))
    with RawClient(room.address, "slow", deaf=True) as slow, RawClient(room.address, "ada") as ada:
        assert room.outboxes == {"slow": 0, "ada": 0}
        while not (waits := room.outboxes["slow"]):
            ada.say("x" * 1000)
        assert room.outboxes["ada"] == 0
        ada.say("last")
        eventually(lambda: room.outboxes["slow"] > waits)
        slow.wait_for("ada: last")
        eventually(lambda: room.outboxes == {"slow": 0, "ada": 0})


def test_a_small_send_buffer_leaves_more_to_the_outbox(model: Model) -> None:
    limits = Limits(rate_limit=0, max_outbox=10_000_000)
    with (
        TcpServer(port=0, limits=limits, model=model, send_buffer=4096) as room,
        RawClient(room.address, "slow", deaf=True),
        RawClient(room.address, "ada") as ada,
    ):
        for _ in range(200):
            ada.say("x" * 1000)
        eventually(lambda: room.outboxes["slow"] > 100_000)
