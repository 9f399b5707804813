"""Rooms that speak TLS, under each model, on real sockets: what a handshake may cost the others, and how talks end."""

from __future__ import annotations

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import pytest

from chatlab.room.events import Event, Gone, Joined, Left, Said
from chatlab.tcp.client import TcpClient
from chatlab.tcp.limits import Limits
from chatlab.tcp.server import TcpServer
from chatlab.tcp.tls.stream import TlsStream
from tests.systems import SLOWER
from tests.tcp.conftest import OpenRoom
from tests.tcp.raw_client import LIMIT, RESET, HealthyPair, RawClient, eventually
from tests.tcp.tls.contexts import SecuredSocket, serving, trusting
from tests.waiting import Heard

HELLO = TlsStream(trusting(), "localhost").seal()


def plain(room: TcpServer) -> socket.socket:
    """A connection that has said nothing yet, not even TLS's hello."""
    sock = socket.create_connection(room.address[:2], LIMIT)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def all_of(sock: socket.socket) -> bytes:
    """All up to the end of the stream."""
    data = b""
    while more := sock.recv(65_536):
        data += more
    return data


def end_of(client: RawClient) -> SecuredSocket:
    return cast(SecuredSocket, client.socket)


def streams(room: TcpServer) -> Any:
    return room._serving._chat._streams  # type: ignore[attr-defined]  # each model has it


def test_clients_talk_and_leave(room: TcpServer) -> None:
    ada_hears, bob_hears = Heard[Event](), Heard[Event]()
    with TcpClient("ada", room, on_event=ada_hears, tls=trusting()) as ada:
        with TcpClient("bob", room, on_event=bob_hears, tls=trusting()) as bob:
            assert ada_hears.next(Joined("bob"))
            ada.say("hé 🐍")
            assert ada_hears.next(Said) == bob_hears.next(Said) == Said("ada", "hé 🐍")
            for number in range(50):
                bob.say(f"{number} " + "x" * 1000)
            for number in range(50):
                assert ada_hears.next(Said) == Said("bob", f"{number} " + "x" * 1000)
        assert ada_hears.next() == Left("bob")
        room.close()
        gone = ada_hears.next()
        assert isinstance(gone, Gone)
        assert "has closed the connection: the room is closing" in gone.reason
        room.start()
        ada.say("again")
        assert ada_hears.next(Said) == Said("ada", "again")


def test_the_command_that_joins_it_says_so(room: TcpServer) -> None:
    assert " -m chatlab.tcp.client --tls --host 127.0.0.1 --port " in room.join_command


def test_a_handshake_that_dribbles_costs_nobody_anything(room: TcpServer) -> None:
    with HealthyPair(room.address), plain(room) as slow:
        for byte in HELLO:
            slow.sendall(bytes([byte]))
        assert slow.recv(1) == b"\x16", "in the end it is answered"


@pytest.mark.parametrize("sent", [0, 1, 100])
def test_a_handshake_that_stalls_is_over_in_time(open_room: OpenRoom, sent: int) -> None:
    room = open_room(Limits(nickname_time=0.5))
    with HealthyPair(room.address), plain(room) as stalled:
        began = time.monotonic()
        stalled.sendall(HELLO[:sent])
        assert all_of(stalled) == b""
        assert 0.4 < time.monotonic() - began < 1.5 * SLOWER
        eventually(lambda: len(streams(room)) == 2)


def test_200_that_vanish_in_their_handshake_leave_nothing(room: TcpServer) -> None:
    with HealthyPair(room.address):
        eventually(lambda: len(room.nicknames) == 2)
        threads = set(threading.enumerate())
        for sent in (0, 3, 100, len(HELLO)) * 2:
            vanishers = [plain(room) for _ in range(25)]
            eventually(lambda: len(streams(room)) == 27)  # the room knows of all of them
            for number, vanisher in enumerate(vanishers):
                vanisher.sendall(HELLO[:sent])
                if number % 2:
                    vanisher.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                vanisher.close()
            eventually(lambda: len(streams(room)) == 2)
        eventually(lambda: set(threading.enumerate()) <= threads)
        assert room.nicknames == ("healthy-1", "healthy-2")


def test_who_speaks_no_tls_is_told_so_in_plain_words(room: TcpServer) -> None:
    with HealthyPair(room.address), plain(room) as stranger:
        stranger.sendall(b"ada\n")
        assert all_of(stranger) == b"ERROR this room speaks TLS: start the client with --tls\n"


def test_who_breaks_its_tls_gets_an_alert_and_is_out(room: TcpServer) -> None:
    with HealthyPair(room.address), RawClient(room.address, "ada") as ada, RawClient(room.address, "eve") as eve:
        ada.wait_for("eve joined the chat")
        end_of(eve).plain.sendall(b"no TLS\n")
        with pytest.raises(OSError, match=r"ALERT|alert"):
            eve.rest()
        ada.wait_for("eve left the chat!")


def test_a_goodbye_in_tls_alone_is_one(room: TcpServer) -> None:
    """TCP's end may come later, or never."""
    with HealthyPair(room.address), RawClient(room.address, "ada") as ada, RawClient(room.address, "bob") as bob:
        ada.say("my last words")
        end_of(ada).plain.sendall(end_of(ada).stream.seal(last=True))
        heard = [line for line in bob.wait_for("ada left the chat!") if line.startswith("ada: ")]
        assert heard == ["ada: my last words"]
        ada.rest()


def test_a_connection_that_is_cut_is_a_goodbye_and_the_client_calls_it_a_loss(room: TcpServer) -> None:
    hears = Heard[Event]()
    with TcpClient("ada", room, on_event=hears, tls=trusting()), RawClient(room.address, "bob") as bob:
        assert hears.next(Joined("bob"))
        end_of(bob).plain.shutdown(socket.SHUT_WR)
        assert hears.next() == Left("bob")
        assert bob.rest() == []


def test_a_room_that_is_cut_off_is_lost() -> None:
    """An end of the stream without TLS's own may be somebody else's doing."""

    def serve() -> None:
        with listener.accept()[0] as sock:
            room = TlsStream(serving())
            while not room.is_agreed:
                room.receive(sock.recv(65_536))
                sock.sendall(room.seal())
            sock.sendall(room.seal(b"NICK\nConnected to the server!\n"))
            sock.shutdown(socket.SHUT_WR)
            all_of(sock)

    hears = Heard[Event]()
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1, "room") as pool:
        served = pool.submit(serve)
        with TcpClient("ada", listener.getsockname(), on_event=hears, tls=trusting()):
            gone = hears.next(Gone)
        served.result(LIMIT)
    assert isinstance(gone, Gone)
    assert "the connection to 127.0.0.1:" in gone.reason
    assert " is lost" in gone.reason


def test_the_room_closes_with_members_and_strangers_inside(room: TcpServer) -> None:
    with RawClient(room.address, "ada") as ada, RawClient(room.address) as stranger, plain(room) as silent:
        assert stranger.line() == "NICK"
        room.close()
        assert ada.rest() == ["ERROR the room is closing"]
        assert stranger.rest() == ["ERROR the room is closing"]
        assert all_of(silent) == b""
