"""The web page's gateway between a browser's WebSocket and a TCP room."""

from __future__ import annotations

import contextlib
import http.client
import re
import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager

import pytest
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from chatlab.room.errors import CantListen, CantResolve
from chatlab.room.events import Event, Joined, Left, Said
from chatlab.tcp.client import TcpClient
from chatlab.tcp.server import TcpServer
from chatlab.web import __main__ as program
from chatlab.web import gateway as gateway_module
from chatlab.web.gateway import WebGateway
from chatlab.web.qr_code import qr_picture
from chatlab.web.session import NO_ROOM, NO_TLS, ROOM_HAS_GONE
from tests.programs import LIMIT, Program
from tests.tcp.tls.contexts import AUTHORITY, serving, trusting
from tests.waiting import Heard, no_thread_is_left

__all__ = ["no_thread_is_left"]


@pytest.fixture
def room() -> Iterator[TcpServer]:
    with TcpServer(port=0) as room:
        yield room


@pytest.fixture
def gateway(room: TcpServer) -> Iterator[WebGateway]:
    with WebGateway(room) as gateway:
        yield gateway


def browser(gateway: WebGateway, origin: str = "") -> AbstractContextManager[ClientConnection]:
    """What the page of `gateway` opens."""
    host = "{}:{}".format(*gateway.address)
    return connect(f"ws://{host}/room", origin=Origin(origin or f"http://{host}"), open_timeout=LIMIT, compression=None)


def get(gateway: WebGateway, path: str, host: str = "") -> http.client.HTTPResponse:
    with contextlib.closing(http.client.HTTPConnection(*gateway.address[:2], timeout=LIMIT)) as connection:
        connection.request("GET", path, headers={"Host": host} if host else {})
        response = connection.getresponse()
        response.body = response.read()  # type: ignore[attr-defined]
        return response


def join(page: ClientConnection, nickname: str) -> None:
    assert page.recv(LIMIT) == "NICK"
    page.send(nickname)
    assert page.recv(LIMIT) == "Connected to the server!"


def test_a_browser_and_a_client_talk_in_one_room(room: TcpServer, gateway: WebGateway) -> None:
    heard = Heard[Event]()
    with TcpClient("ada", room, on_event=heard) as ada, browser(gateway) as page:
        join(page, "phone")
        assert heard.next(Joined) == Joined("ada")
        assert heard.next(Joined) == Joined("phone")
        ada.say("hello phone 🙂")
        assert page.recv(LIMIT) == "ada: hello phone 🙂"
        page.send("hello, ada")
        assert heard.next(Said) == Said("ada", "hello phone 🙂")
        assert heard.next(Said) == Said("phone", "hello, ada")
        page.close()
        assert heard.next(Left) == Left("phone")


def test_a_message_is_one_line_whatever_is_in_it(room: TcpServer, gateway: WebGateway) -> None:
    heard = Heard[Event]()
    with TcpClient("ada", room, on_event=heard), browser(gateway) as page:
        join(page, "phone")
        page.send("one\ntwo\r\nthree")
        page.send(b"\xff bytes")
        assert heard.next(Said) == Said("phone", "one two  three")
        assert heard.next(Said) == Said("phone", "\ufffd bytes")


def test_a_nickname_that_is_refused_is_asked_for_again(gateway: WebGateway) -> None:
    with browser(gateway) as page, browser(gateway) as other:
        join(page, "ada")
        assert other.recv(LIMIT) == "NICK"
        other.send("ada")
        assert str(other.recv(LIMIT)).startswith("NICK taken")
        other.send("bob")
        assert other.recv(LIMIT) == "Connected to the server!"


def test_a_room_that_closes_and_one_that_is_not_there_are_told_apart(room: TcpServer) -> None:
    with WebGateway(room) as gateway:
        with browser(gateway) as page:
            join(page, "ada")
            room.close()
            with pytest.raises(ConnectionClosed) as ended:
                while page.recv(LIMIT):
                    pass
            assert ended.value.rcvd
            assert (ended.value.rcvd.code, ended.value.rcvd.reason) == (ROOM_HAS_GONE, "the room has gone")
        with browser(gateway) as page, pytest.raises(ConnectionClosed) as ended:
            page.recv(LIMIT)
        assert ended.value.rcvd
        assert ended.value.rcvd.code == NO_ROOM
        assert "nobody answers at 127.0.0.1:" in ended.value.rcvd.reason


def test_a_room_that_speaks_tls() -> None:
    with TcpServer(port=0, tls=serving()) as room, WebGateway(room, tls=trusting()) as gateway:
        with browser(gateway) as page, browser(gateway) as other:
            join(page, "phone")
            join(other, "tablet")
            assert page.recv(LIMIT) == "tablet joined the chat"
            page.send("hello")
            assert other.recv(LIMIT) == "phone: hello"
            page.close()
            assert other.recv(LIMIT) == "phone left the chat!"
            room.close()
            assert other.recv(LIMIT) == "ERROR the room is closing"
            with pytest.raises(ConnectionClosed) as ended:
                other.recv(LIMIT)
            assert ended.value.rcvd
            assert ended.value.rcvd.code == ROOM_HAS_GONE


@pytest.mark.parametrize(("certificate", "says"), [("expired", "has expired"), ("", "speaks no TLS")])
def test_a_room_with_which_tls_fails(certificate: str, says: str) -> None:
    heard = Heard[str]()
    tls = serving(certificate) if certificate else None
    with TcpServer(port=0, tls=tls) as room, WebGateway(room, tls=trusting(), log=heard) as gateway:
        with browser(gateway) as page, pytest.raises(ConnectionClosed) as ended:
            page.recv(LIMIT)
        assert ended.value.rcvd
        assert ended.value.rcvd.code == NO_TLS
        heard.wait_for(lambda line: says in line)


def test_a_gateway_is_told_of_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []

    def see(*arguments: object, tls: object, **options: object) -> None:
        seen.append(tls)

    monkeypatch.setattr(program, "WebGateway", see)
    monkeypatch.setattr(program, "run_server", lambda make: make(print) or 0)
    program.main(["--tls", "--ca", str(AUTHORITY)])
    program.main([])
    assert [type(context).__name__ for context in seen] == ["SSLContext", "NoneType"]


def test_a_message_that_is_too_long_ends_the_browsers_connection_alone(room: TcpServer, gateway: WebGateway) -> None:
    with browser(gateway) as page, browser(gateway) as other:
        join(page, "ada")
        join(other, "bob")
        assert page.recv(LIMIT) == "bob joined the chat"
        page.send("x" * 1023)
        assert other.recv(LIMIT) == "ada: " + "x" * 1023
        page.send("x" * 1024)
        assert other.recv(LIMIT) == "ada left the chat!"
        with pytest.raises(ConnectionClosed):
            page.recv(LIMIT)


@pytest.mark.parametrize("path", ["/", "/page.css", "/page.js"])
def test_the_page_loads_nothing_from_elsewhere(gateway: WebGateway, path: str) -> None:
    response = get(gateway, path)
    assert response.status == 200
    body = response.body.decode()  # type: ignore[attr-defined]
    assert not re.search(r"https?://|//[a-z]", body.replace("http://www.w3.org", ""))
    assert "innerHTML" not in body
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/etc/passwd", "/../gateway.py", "/page.html", "/page/page.html"])
def test_nothing_else_is_there(gateway: WebGateway, path: str) -> None:
    assert get(gateway, path).status == 404


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:1", "null"])
def test_another_web_page_may_not_come_in(gateway: WebGateway, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused, browser(gateway, origin):
        pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize(("host", "status"), [("evil.example:8080", 403), ("localhost:8080", 200), ("[::1]:8080", 200)])
def test_a_name_that_somebody_else_lets_lead_here_is_not_answered(gateway: WebGateway, host: str, status: int) -> None:
    assert get(gateway, "/", host).status == status


def test_there_is_a_bound_on_browsers(gateway: WebGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway_module, "MOST_BROWSERS", 1)
    with browser(gateway) as page:
        assert page.recv(LIMIT) == "NICK"
        with pytest.raises(InvalidStatus) as refused, browser(gateway):
            pass
        assert refused.value.response.status_code == 503


@pytest.mark.parametrize("words", [b"\x16\x03\x01", b"GET\r\n\r\n", b"NICK ada\n" * 5, bytes(100)])
def test_what_is_no_browser_ends_nothing(gateway: WebGateway, words: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    with socket.create_connection(gateway.address[:2], LIMIT) as stranger:
        stranger.sendall(words)
        stranger.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionResetError):
            while stranger.recv(4096):
                pass
    with browser(gateway) as page:
        assert page.recv(LIMIT) == "NICK"
    assert capfd.readouterr() == ("", "")


def test_close_ends_all_browsers_and_frees_the_port(room: TcpServer) -> None:
    gateway = WebGateway(room).start()
    with browser(gateway) as page:
        join(page, "ada")
        gateway.close()
        gateway.close()
        with pytest.raises(ConnectionClosed):
            page.recv(LIMIT)
    assert gateway.browsers == 0
    with pytest.raises((OSError, InvalidMessage)), browser(gateway):
        pass
    with WebGateway(room, port=gateway.address[1]) as again:
        assert again.running


def test_a_start_that_fails_leaves_nothing(room: TcpServer) -> None:
    with pytest.raises(CantResolve):
        WebGateway(("no.such.host.invalid", 1)).start()
    with WebGateway(room) as gateway, pytest.raises(CantListen):
        WebGateway(room, port=gateway.address[1]).start()


def test_the_program_says_what_to_open_and_ends(room: TcpServer) -> None:
    where = "{}:{}".format(*room.address)
    with Program("-m", "chatlab.web", "--room", where, "--port", "0") as web:
        ready = web.wait_for_line("is open")
        assert re.fullmatch(
            r"The web page is open at (127\.0\.0\.1:\d+) \(Ctrl-C closes it\)\. Join it: open http://\1/ in a browser",
            ready,
        )
        web.press_ctrl_c()
        assert web.wait() == 0
        assert web.errors == ""


def test_for_other_machines_it_shows_a_qr_code(room: TcpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    log = Heard[str]()
    monkeypatch.setattr(WebGateway, "_reachable_host", "192.0.2.7")
    with WebGateway(room, log=log) as gateway:
        assert gateway.url == f"http://192.0.2.7:{gateway.address[1]}/"
        assert "▄▄▄▄▄" in log.wait_for_count(1)[0]
    assert qr_picture("http://192.0.2.7:8080/").startswith("<svg")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [("--room here", "'here' is not HOST:PORT"), ("--port x", "'x' is not a port"), ("--nick ada", "unrecognized")],
)
def test_a_mistake_is_one_line(arguments: str, error: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        program.main(arguments.split())
    out, lines = capsys.readouterr()
    assert (out, lines.count("\n")) == ("", 1)
    assert error in lines
