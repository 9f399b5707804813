"""The stream relay between sockets, and as a program."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from chatlab.room.errors import CantListen, CantResolve
from chatlab.tcp.server import TcpServer
from chatlab.tcp.weather import __main__ as program
from chatlab.tcp.weather.connection import RESET_AT_CLOSE, Side
from chatlab.tcp.weather.pieces import StreamWeather, Trouble
from chatlab.tcp.weather.relay import StreamRelay
from tests.programs import LIMIT, Program
from tests.systems import ON_WINE
from tests.waiting import Heard, no_thread_is_left

__all__ = ["no_thread_is_left"]
ONE_BYTE = StreamWeather(piece=1, gap=0)


@pytest.fixture(params=["127.0.0.1", "::1"])
def listener(request: pytest.FixtureRequest) -> Iterator[socket.socket]:
    """The server behind the relay: a bare socket."""
    with socket.socket(socket.AF_INET6 if ":" in request.param else socket.AF_INET) as sock:
        sock.bind((request.param, 0))
        sock.listen()
        sock.settimeout(LIMIT)
        yield sock


Connect = Callable[[StreamRelay], tuple[socket.socket, socket.socket]]


@pytest.fixture
def connect(listener: socket.socket) -> Iterator[Connect]:
    """A client through a relay, and what the server has of it."""
    with ExitStack() as stack:

        def through(relay: StreamRelay) -> tuple[socket.socket, socket.socket]:
            client = stack.enter_context(socket.create_connection(relay.address[:2], LIMIT))
            server = stack.enter_context(listener.accept()[0])
            server.settimeout(LIMIT)
            return client, server

        yield through


def read_all(sock: socket.socket) -> bytes:
    """All up to the end."""
    whole = b""
    while data := sock.recv(65_536):
        whole += data
    return whole


def assert_reset(sock: socket.socket) -> None:
    """It has been reset. Under Wine, that may look like an end to who reads, but never to who sends."""
    with pytest.raises(ConnectionResetError):
        read_all(sock)
        if ON_WINE:
            sock.send(b"to who has merely ended")


@pytest.mark.parametrize("weather", [StreamWeather(), ONE_BYTE, StreamWeather(piece=64, gap=0.001, delay=0.05)])
def test_all_bytes_arrive_in_order_both_ways_and_each_end_behind_them(
    listener: socket.socket, connect: Connect, weather: StreamWeather
) -> None:
    words = bytes(range(256)) * 4
    with StreamRelay(listener.getsockname(), weather=weather) as relay:
        client, server = connect(relay)
        client.sendall(words)
        client.shutdown(socket.SHUT_WR)
        assert read_all(server) == words
        server.sendall(words[::-1])  # the client has ended, and hears all the same
        server.close()
        assert read_all(client) == words[::-1]


def test_what_was_sent_at_once_is_received_in_pieces(listener: socket.socket, connect: Connect) -> None:
    log = Heard[str]()
    with StreamRelay(listener.getsockname(), weather=StreamWeather(piece=1, gap=0.1), log=log) as relay:
        client, server = connect(relay)
        client.sendall(b"hi!")
        assert server.recv(100) == b"h"
        relay.weather = StreamWeather()
        client.sendall(b" bob")
        client.close()
        assert read_all(server) == b"i! bob"


def test_a_reset_is_passed_on(listener: socket.socket, connect: Connect) -> None:
    log = Heard[str]()
    with StreamRelay(listener.getsockname(), log=log) as relay:
        client, server = connect(relay)
        server.sendall(b"unread")
        assert client.recv(1) == b"u"
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)
        client.close()
        assert_reset(server)
        log.wait_for(lambda line: line.endswith(": reset"))


def test_trouble_behind_a_byte(listener: socket.socket, connect: Connect) -> None:
    with StreamRelay(listener.getsockname(), weather=StreamWeather(trouble=Trouble.CUT, after=3)) as relay:
        client, server = connect(relay)
        client.sendall(b"hello")
        assert read_all(server) == b"hel"
        assert client.recv(1) == b""
        relay.weather = StreamWeather(trouble=Trouble.RESET, after=3)
        client, server = connect(relay)
        server.sendall(b"hello")
        assert_reset(client)
        assert_reset(server)


def test_a_stall_tells_nobody_and_loses_nothing(listener: socket.socket, connect: Connect) -> None:
    with StreamRelay(listener.getsockname(), weather=StreamWeather(trouble=Trouble.STALL, after=3)) as relay:
        client, server = connect(relay)
        client.sendall(b"hello")
        assert server.recv(100) == b"hel"
        client.close()
        relay.meet(Trouble.STALL)
        server.settimeout(0.2)  # it has nothing to wait for: it is to see that nothing comes
        with pytest.raises(TimeoutError):
            server.recv(100)
        server.settimeout(LIMIT)
        relay.meet(Trouble.NONE)
        assert read_all(server) == b"lo"


@pytest.mark.parametrize("trouble", [Trouble.CUT, Trouble.RESET])
def test_trouble_from_outside_meets_all_connections(
    listener: socket.socket, connect: Connect, trouble: Trouble
) -> None:
    with StreamRelay(listener.getsockname()) as relay:
        pairs = [connect(relay) for _ in range(3)]
        for client, server in pairs:
            client.sendall(b"!")
            assert server.recv(1) == b"!"  # so it passes the relay by now
        relay.meet(trouble)
        for client, server in pairs:
            for sock in (client, server):
                if trouble is Trouble.CUT:
                    assert sock.recv(1) == b""
                else:
                    assert_reset(sock)
    relay.meet(trouble)  # it is closed


def test_a_side_that_does_not_read_makes_the_other_side_wait(listener: socket.socket, connect: Connect) -> None:
    with StreamRelay(listener.getsockname()) as relay:
        client, server = connect(relay)
        client.settimeout(0.5)
        sent = 0
        with contextlib.suppress(TimeoutError):
            while sent < 100_000_000:
                sent += client.send(bytes(65_536))
        assert sent < 100_000_000
        client.settimeout(LIMIT)
        client.shutdown(socket.SHUT_WR)
        assert len(read_all(server)) == sent


def test_a_server_that_is_not_there_is_a_line_and_a_reset() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # and does not listen
        log = Heard[str]()
        with StreamRelay(nobody.getsockname(), log=log) as relay:
            with (
                contextlib.suppress(ConnectionResetError),
                socket.create_connection(relay.address[:2], LIMIT) as client,
            ):
                assert_reset(client)
            log.wait_for(lambda line: "nobody answers at 127.0.0.1" in line and "is the server running there?" in line)


@pytest.mark.parametrize("trouble", [Trouble.NONE, Trouble.STALL])
def test_close_ends_all_connections_and_frees_the_port(
    listener: socket.socket, connect: Connect, trouble: Trouble
) -> None:
    relay = StreamRelay(listener.getsockname()).start()
    client, server = connect(relay)
    client.sendall(b"!")
    assert server.recv(1) == b"!"
    relay.meet(trouble)
    relay.close()
    relay.close()
    assert (client.recv(1), server.recv(1)) == (b"", b"")
    with StreamRelay(listener.getsockname(), port=relay.address[1]) as again:
        assert again.running


@pytest.mark.parametrize("leave", [False, True], ids=["both talk", "both leave"])
def test_cancelled_at_any_moment_it_leaves_no_connection_open(leave: bool) -> None:
    """As `close` does to connections that are just coming or going: in each turn of its loop once."""

    async def cancel_after(turns: int) -> list[bool]:
        with socket.create_server(("127.0.0.1", 0)) as door, socket.create_server(("127.0.0.1", 0)) as room:
            with socket.create_connection(door.getsockname()) as client:
                sides = [await asyncio.open_connection(sock=door.accept()[0])]
                relay = StreamRelay(room.getsockname())
                relay._family, relay._server = room.family, room.getsockname()
                reach = relay._reach_server

                async def reach_server() -> Side:
                    sides.append(await reach())
                    room.accept()[0].close()
                    return Side(*sides[1])

                with pytest.MonkeyPatch.context() as patch:
                    patch.setattr(relay, "_reach_server", reach_server)
                    relay._take_in(*sides[0])
                    if leave:
                        client.close()
                    (task,) = relay._tasks
                    for _ in range(turns):
                        await asyncio.sleep(0)
                    task.cancel()
                    client.close()
                    await asyncio.wait([task])
                await asyncio.sleep(0)
                return [writer.transport.is_closing() for _, writer in sides]

    for turns in range(30):
        assert set(asyncio.run(cancel_after(turns))) == {True}, turns


def test_a_start_that_fails_leaves_nothing(listener: socket.socket) -> None:
    with pytest.raises(CantResolve):
        StreamRelay(("no.such.host.invalid", 1)).start()
    with StreamRelay(listener.getsockname()) as relay, pytest.raises(CantListen):
        StreamRelay(listener.getsockname(), port=relay.address[1]).start()


@pytest.mark.usefixtures("services_may_fail")
def test_an_error_in_it_ends_it_in_words(listener: socket.socket) -> None:
    def full(line: str) -> None:
        raise OSError(28, "No space left on device")

    relay = StreamRelay(listener.getsockname(), log=full).start()
    with socket.create_connection(relay.address[:2], LIMIT) as client:
        with contextlib.suppress(OSError):  # a reset, or an end
            assert client.recv(1) == b""
        relay.close()
    assert relay.state == "failed"
    assert "No space left" in relay.failure_line


@pytest.mark.parametrize("model", ["threads", "selectors", "asyncio"])
def test_a_room_and_its_members_notice_nothing_of_one_byte_pieces(model: str) -> None:
    with (
        TcpServer(port=0, model=model) as room,  # type: ignore[arg-type]
        StreamRelay(room, weather=StreamWeather(piece=1, gap=0.0005)) as relay,
        Program("-m", "chatlab.tcp.client", "--port", str(relay.address[1]), "--nick", "ada") as ada,
    ):
        ada.wait_for_line("ada joined!")
        with Program("-m", "chatlab.tcp.client", "--port", str(relay.address[1]), "--nick", "bob") as bob:
            ada.wait_for_line("bob joined!")
            bob.type("grüße 🙂\n")
            ada.wait_for_line("bob: grüße 🙂")


def test_the_program_passes_on_and_ends(listener: socket.socket) -> None:
    host, port = listener.getsockname()[:2]
    to = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    with Program("-m", "chatlab.tcp.weather", "--to", to, "--piece", "1", "--gap", "0.1") as relay:
        ready = re.fullmatch(
            r"The stream relay is open at 127\.0\.0\.1:(\d+) \(Ctrl-C closes it\)\. "
            r"Join it: python -m chatlab\.tcp\.client --host 127\.0\.0\.1 --port \1",
            relay.wait_for_line("is open"),
        )
        assert ready
        with socket.create_connection(("127.0.0.1", int(ready[1])), LIMIT) as client:
            server = listener.accept()[0]
            client.sendall(b"hi")
            with server:
                assert server.recv(100) == b"h"
                relay.press_ctrl_c()
                assert client.recv(1) == b""
        assert relay.wait() == 0
        assert relay.errors == ""


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ("", "the following arguments are required: --to"),
        ("--to here", "'here' is not HOST:PORT"),
        ("--to here:1 --piece=-1", "piece is in bytes, from 0 (as they come) to 65,536: -1 is not"),
        ("--to here:1 --piece few", "invalid int value: 'few'"),
        ("--to here:1 --gap=-1", "gap is in seconds, 0 or more: -1.0 is not"),
        ("--to here:1 --trouble rain", "'rain'"),
        ("--to here:1 --after 0", "after is the number of a byte, 1 or more: 0 is not"),
    ],
)
def test_a_mistake_is_one_line(arguments: str, error: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        program.main(arguments.split())
    out, lines = capsys.readouterr()
    assert (out, lines.count("\n")) == ("", 1)
    assert error in lines


def test_help_says_the_defaults(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        program.main(["--help"])
    out = " ".join(capsys.readouterr().out.split())
    assert "{none,stall,cut,reset}" in out
    assert "(default: 0.005)" in out


def test_its_thread_is_named(listener: socket.socket) -> None:
    with StreamRelay(listener.getsockname()):
        assert "stream-relay" in {thread.name for thread in threading.enumerate()}
