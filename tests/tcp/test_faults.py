"""Faults of other sides, of networks and of systems, under each model, on real sockets."""

from __future__ import annotations

import selectors
import socket
import threading
import time
from contextlib import ExitStack
from typing import Any

import pytest

from chatlab.room.events import Said
from chatlab.tcp import sockets
from chatlab.tcp.chat import TcpChat
from chatlab.tcp.client import TcpClient
from chatlab.tcp.limits import MOST_BYTES, Limits
from chatlab.tcp.models import threads_peer
from chatlab.tcp.models.serving import Model
from chatlab.tcp.models.threads import MOST_UNSENT
from chatlab.tcp.server import TcpServer
from chatlab.tcp.sockets import RECEIVE_BYTES, VANISHED_AFTER
from tests.systems import wine_differs
from tests.tcp.conftest import OpenRoom, close_in_time
from tests.tcp.raw_client import LIMIT, HealthyPair, RawClient, eventually
from tests.waiting import Heard

POST = b"POST /chat HTTP/1.1\r\nHost: 127.0.0.1:55555\r\nContent-Length: 9\r\n\r\neve\nhello\n"
TLS_HELLO = b"\x16\x03\x01\x00\xf8\x01\x00\x00\xf4\x03\x03"
PROBE = b"\x80\x9e\x01\x03\x01\x00u\x00\x00\x00"


def peers(room: TcpServer) -> list[Any]:
    """The room's side of each connection."""
    return list(room._serving._peers)  # type: ignore[attr-defined]  # each model has them


@pytest.mark.parametrize(
    ("said", "what"), [(POST, "a web server"), (TLS_HELLO, "a TLS server"), (PROBE, "a server of binary data")]
)
def test_who_is_no_chat_client_is_hung_up_on_and_nobody_hears_of_it(
    open_room: OpenRoom, said: bytes, what: str, log: list[str]
) -> None:
    room = open_room(Limits(nickname_tries=40))
    with HealthyPair(room.address), RawClient(room.address, "ada") as ada, RawClient(room.address) as stranger:
        stranger.socket.sendall(said)
        assert stranger.rest()[-1] == f"ERROR this is a chatroom, not {what}"
        with RawClient(room.address, "last"):
            heard = ada.wait_for("last joined the chat")
        assert [line for line in heard if "healthy" not in line] == ["last joined the chat"]
    assert not any("eve" in line for line in log)


def test_telnet_is_answered_also_where_it_sends_a_byte_as_urgent(room: TcpServer) -> None:
    """As it does after Ctrl-C: IP, then DM as urgent data, then DO TIMING-MARK (RFC 854, section 3)."""
    with RawClient(room.address, "ada") as ada, RawClient(room.address) as telnet:
        assert telnet.line() == "NICK"
        telnet.socket.sendall(b"bo\xff\xf4\xff")
        telnet.socket.send(b"\xf2", socket.MSG_OOB)
        telnet.socket.sendall(b"\xff\xfd\x06")
        assert telnet.socket.recv(3, socket.MSG_WAITALL) == b"\xff\xfc\x06"
        telnet.socket.sendall(b"b\r\n")
        telnet.wait_for("Connected to the server!")
        ada.wait_for("bob joined the chat")


def test_who_is_put_out_after_it_has_closed_robs_nobody_of_a_line(room: TcpServer) -> None:
    """Its last words meet a closed socket."""
    with RawClient(room.address, "bob") as bob:
        for number in range(10):
            with RawClient(room.address, f"ada{number}") as ada:
                ada.socket.sendall(b"x" * 2000)
            bob.wait_for(f"ada{number} left the chat!", 1)


def test_who_is_put_out_and_does_not_close_is_closed_in_time(room: TcpServer) -> None:
    with RawClient(room.address) as stranger, RawClient(room.address) as other:
        assert [stranger.line(), other.line()] == ["NICK", "NICK"]
        eventually(lambda: len(peers(room)) == 2)
        stranger.socket.sendall(b"x" * 1024)
        eventually(lambda: len(peers(room)) == 1, 3)


def test_a_member_alone_in_the_room_is_read_from_and_can_leave(room: TcpServer) -> None:
    """Nothing that it says is sent to anybody, so nothing that is counted by what is sent may wait for that."""
    with RawClient(room.address, "ada") as ada:
        for _ in range(90):
            ada.socket.sendall(b"x" * 1000 + b"\n")
    eventually(lambda: room.counts.received == 91)
    eventually(lambda: room.nicknames == ())


# More than is read ahead is seen where the system tells of an end that has not been read yet.
@pytest.mark.parametrize(
    "lines",
    [3_000, pytest.param(10_000, marks=wine_differs("no SIO_TCP_INFO, which tells of an end that is not read"))],
)
def test_who_said_too_much_and_has_left_is_out_in_time(
    room: TcpServer, lines: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a quiet room, that is: a word of another member would meet a closed socket, and reset the connection."""
    monkeypatch.setattr("chatlab.tcp.chat.PARTING_TIME", 1.0)
    with RawClient(room.address, "ghost") as ghost:
        ghost.socket.sendall(b"boo\n" * lines)
    began = time.monotonic()
    eventually(lambda: "ghost" not in room.nicknames, 3)
    assert time.monotonic() - began > 0.5
    eventually(lambda: not peers(room), 3)
    with RawClient(room.address, "ghost"):
        pass


def test_who_said_too_much_and_has_left_loses_what_had_no_time_only(open_room: OpenRoom) -> None:
    room = open_room(Limits(rate_limit=50))
    with RawClient(room.address, "bob") as bob:
        with RawClient(room.address, "ada") as ada:
            ada.socket.sendall(b"".join(b"%d\n" % number for number in range(300)))
        assert bob.wait_for("ada left the chat!")[1:-1] == [f"ada: {number}" for number in range(300)]


def test_a_machine_that_vanishes_is_noticed_within_two_minutes(room: TcpServer) -> None:
    """What the system does about it is its own; that it is asked to, where it has the options, is ours."""
    wanted = {"TCP_KEEPIDLE": 60, "TCP_KEEPALIVE": 60, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 5}
    assert 60 + 10 * 5 == VANISHED_AFTER <= 120
    with TcpClient("ada", room) as ada:
        eventually(lambda: room.nicknames == ("ada",))
        ours = [peer.socket for peer in peers(room)]
        assert ada._connection
        for sock in (*ours, ada._connection.socket):
            assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            there = {name: getattr(socket, name) for name in wanted if hasattr(socket, name)}
            found = {name: sock.getsockopt(socket.IPPROTO_TCP, option) for name, option in there.items()}
            assert found == {name: wanted[name] for name in there}
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # for one that is owed something, and does not acknowledge it
            assert [sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) for sock in ours] == [110_000]


def test_a_connection_is_prepared_once(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many of them have come at once."""
    prepared: list[Any] = []
    held, go_on = threading.Event(), threading.Event()

    def prepare(sock: socket.socket, original: Any = sockets.prepare_for_chat) -> None:
        prepared.append(sock.getpeername())
        original(sock)

    def log(line: str) -> None:
        if line.startswith("holder joined"):
            held.set()
            assert go_on.wait(LIMIT)

    monkeypatch.setattr(sockets, "prepare_for_chat", prepare)
    with TcpServer(port=0, model=model, log=log) as room, ExitStack() as stack:
        holder = stack.enter_context(RawClient(room.address))
        holder.say("holder")
        assert held.wait(LIMIT)
        clients = [holder, *(stack.enter_context(RawClient(room.address)) for _ in range(20))]
        go_on.set()
        for client in clients:
            assert client.line() == "NICK"
        assert sorted(prepared) == sorted(client.socket.getsockname() for client in clients)


def test_the_longest_line_that_can_be_allowed_arrives_at_our_own_client(open_room: OpenRoom) -> None:
    """Each of its bytes, where it is not UTF-8, arrives as three."""
    with pytest.raises(ValueError, match=f"the highest that works is {MOST_BYTES}"):
        Limits(max_bytes=MOST_BYTES + 1)
    room = open_room(Limits(max_bytes=MOST_BYTES))
    hears = Heard[object]()
    nickname = "𠀀" * 20  # letters of four bytes
    with TcpClient("ada", room, on_event=hears), RawClient(room.address, nickname) as bob:
        bob.socket.sendall(b"\xe9" * (MOST_BYTES - 1) + b"\n")
        assert hears.next(Said) == Said(nickname, "\ufffd" * (MOST_BYTES - 1))
        bob.socket.sendall(b"x" * MOST_BYTES)
        assert bob.rest()[-1] == f"ERROR a line has at most {MOST_BYTES} bytes"


def test_what_is_joined_for_one_send_is_bounded(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the room is busy, more and more members have said something."""
    joined: list[int] = []
    held, go_on = threading.Event(), threading.Event()

    def owed(deliveries: Any, original: Any = TcpChat.owed) -> Any:
        joined.append(len(deliveries))
        return original(deliveries)

    def log(line: str) -> None:
        if line.startswith("holder joined"):
            held.set()
            assert go_on.wait(LIMIT)

    monkeypatch.setattr(TcpChat, "owed", staticmethod(owed))
    monkeypatch.setattr(f"chatlab.tcp.models.{model}.MOST_JOINED", 10)
    with TcpServer(port=0, model=model, log=log) as room:
        members = [RawClient(room.address, f"m{number}") for number in range(40)]
        with RawClient(room.address) as holder:
            holder.say("holder")
            assert held.wait(LIMIT)
            joined.clear()
            for member in members:
                member.say("hello")
            go_on.set()
            eventually(lambda: sum(joined) >= len(members))
        assert max(joined) <= 10 + 2
        for member in members:
            member.socket.close()


def test_the_readers_of_the_threads_room_wait_for_who_sends(monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()

    def send(peer: threads_peer.Peer, pieces: Any, original: Any = threads_peer.Peer.send) -> int:
        assert go_on.wait(LIMIT)
        return original(peer, pieces)  # type: ignore[no-any-return]

    with TcpServer(port=0, model="threads", limits=Limits(rate_limit=0)) as room:
        with RawClient(room.address, "bob"), RawClient(room.address, "ada") as ada:
            monkeypatch.setattr(threads_peer.Peer, "send", send)
            ada.socket.settimeout(0.5)
            with pytest.raises(TimeoutError):  # nobody takes its bytes any more
                while True:
                    ada.socket.sendall((b"x" * 1000 + b"\n") * 100)
            unsent = room._serving._unsent  # type: ignore[attr-defined]
            go_on.set()
            assert MOST_UNSENT <= unsent <= MOST_UNSENT + 2 * RECEIVE_BYTES


def test_a_selector_that_does_not_wait_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows' `select` fails where there is no socket to wait for (WSAEINVAL)."""

    class WindowsSelector(selectors.DefaultSelector):
        def select(self, timeout: float | None = None) -> Any:
            if not self.get_map():
                raise OSError(10022, "An invalid argument was supplied")
            return super().select(timeout)

    monkeypatch.setattr(selectors, "DefaultSelector", WindowsSelector)
    room = TcpServer(port=0, model="selectors").start()
    with RawClient(room.address, "ada") as ada:
        closing = threading.Thread(target=close_in_time, args=(room,))
        closing.start()
        assert ada.rest() == ["ERROR the room is closing"]
        ada.end()
        closing.join()
    assert room.failure is None
