"""`python -m chatlab.conformance` as somebody runs it."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from chatlab.conformance.__main__ import SUITES, main
from chatlab.conformance.play import Play
from chatlab.conformance.suite import Suite
from chatlab.conformance.tcp import SUITE as TCP
from chatlab.conformance.udp import SUITE as UDP
from chatlab.room.errors import NobodyAnswers
from chatlab.tcp.server import TcpServer
from chatlab.udp.server import UdpServer
from tests.conformance.spoiling import NICKNAMES
from tests.conformance.wrong_tcp import WRONG as WRONG_TCP
from tests.conformance.wrong_udp import WRONG as WRONG_UDP
from tests.systems import NO_RESET, SLOWER, wine_differs
from tests.tcp.tls.contexts import AUTHORITY, serving

LIMIT = 60.0


def conformance(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "chatlab.conformance", *arguments]
    environment = os.environ | {"PYTHONIOENCODING": "utf-8"}
    return subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, timeout=LIMIT, check=False)


@pytest.mark.parametrize(("protocol", "server"), [("udp", UdpServer(port=0)), ("tcp", TcpServer(port=0))])
def test_a_chatlab_server(protocol: str, server: UdpServer | TcpServer) -> None:
    with server:
        done = conformance(protocol, "{}:{}".format(*server.address[:2]))
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[-1] == f"{len(lines) - 1} passed, 0 failed"
    assert all(line.startswith("passed  ") for line in lines[:-1])


def test_verbose_shows_the_rule_and_the_talk() -> None:
    with UdpServer(port=0) as server:
        done = conformance("udp", "{}:{}".format(*server.address[:2]), "--verbose")
    assert "  The protocol says: A datagram longer than the limit is refused, not cut." in done.stdout
    assert "    ada sent   'SIGNUP_TAG:ada-" in done.stdout


def test_a_wrong_server(monkeypatch: pytest.MonkeyPatch) -> None:
    NICKNAMES["nothing is reserved"](monkeypatch)
    with TcpServer(port=0) as server:
        done = conformance("tcp", "{}:{}".format(*server.address[:2]))
    assert done.returncode == 1
    report = done.stdout[done.stdout.index("FAILED  reserved nicknames") :].splitlines()
    assert report[1].startswith(
        "  The protocol says: Names that could be taken for the server's own words are reserved"
    )
    assert report[2] == "    ada heard  'NICK'"
    assert "  eve0 had to hear NICK <reason>, and heard 'Connected to the server!'" in report
    assert done.stdout.splitlines()[-1].endswith(" passed, 1 failed")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("udp", "99"), "'99' is not HOST:PORT, such as 127.0.0.1:9999"),
        (("udp", "127.0.0.1:99999"), "'99999' is not a port"),
        (("tcp", "no host at all:1"), "can't find the host"),
        (("smtp", "127.0.0.1:1"), "invalid choice"),
    ],
)
def test_no_such_address(arguments: tuple[str, ...], complaint: str) -> None:
    done = conformance(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert complaint in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("protocol", "kind"),
    [
        pytest.param("udp", socket.SOCK_DGRAM, marks=wine_differs(NO_RESET)),
        ("tcp", socket.SOCK_STREAM),
    ],
)
def test_nothing_listens(protocol: str, kind: socket.SocketKind) -> None:
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.bind(("127.0.0.1", 0))
        address = "{}:{}".format(*sock.getsockname())
    done = conformance(protocol, address)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"nothing listens at {address}: is the server running there?\n"


@contextmanager
def answering(protocol: str, answer: Callable[[bytes], bytes]) -> Iterator[str]:
    """A server that says `answer(b"")` to who connects, and then `answer` of each datagram or piece. Its address."""
    kind = socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM
    closing = threading.Event()

    def talk(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.sendall(answer(b""))
            while data := connection.recv(2048):
                connection.sendall(answer(data))

    def serve() -> None:
        while not closing.is_set():
            with contextlib.suppress(TimeoutError):
                if protocol == "udp":
                    data, address = sock.recvfrom(2048)
                    if said := answer(data):
                        sock.sendto(said, address)
                else:
                    talks.append(threading.Thread(target=talk, args=(sock.accept()[0],)))
                    talks[-1].start()

    talks: list[threading.Thread] = []
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(0.05)
        if protocol == "tcp":
            sock.listen()
        server = threading.Thread(target=serve)
        server.start()
        try:
            yield "{}:{}".format(*sock.getsockname())
        finally:
            closing.set()
            for thread in (server, *talks):
                thread.join()


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """For servers that go wrong anyway."""
    monkeypatch.setattr(Play, "patience", 0.05 * SLOWER)


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("protocol", ["udp", "tcp"])
def test_a_server_that_says_nothing(protocol: str, capsys: pytest.CaptureFixture[str]) -> None:
    with answering(protocol, lambda data: b"") as address:
        assert main([protocol, address]) == 1
    out, err = capsys.readouterr()
    assert err.startswith(f"the server at {address} listens, and says nothing after ")
    assert "newcomer-" in err
    report = out.splitlines()
    assert report[0].startswith("FAILED  ")  # a case has run
    assert any("the server answers nobody since" in line for line in report)
    assert report[-1].startswith("0 passed, 1 failed, ")


@pytest.mark.usefixtures("hasty")
def test_a_udp_server_that_is_silent_at_a_sign_up(capsys: pytest.CaptureFixture[str]) -> None:
    """It answers everything else, so its cases run: nobody can know that it is not there."""
    with answering("udp", lambda data: b"" if data.startswith(b"SIGNUP_TAG:") else b"eve: " + data) as address:
        assert main(["udp", address]) == 1
    out = capsys.readouterr().out
    assert "was not run" not in out
    assert out.count("\n  The protocol says: ") > 10


def test_a_tcp_server_that_ends_no_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Its other cases run: what comes in one piece is taken for a line."""
    [wrong] = [wrong for wrong in WRONG_TCP if wrong.what == "no newline behind NICK"]
    wrong.spoil(monkeypatch)
    monkeypatch.setitem(SUITES, "tcp", (replace(TCP, cases=TCP.cases[:5]), socket.SOCK_STREAM))
    with TcpServer(port=0) as server:
        address = "{}:{}".format(*server.address[:2])
        assert main(["tcp", address]) == 1
    out, err = capsys.readouterr()
    assert err == f"the server at {address} said 'NICK' (4 bytes) but no line end (\\n)\n"
    assert "  ada had to hear 'NICK', and heard 'NICK' (4 bytes) but no line end (\\n) for 2 s\n" in out
    assert out.endswith("4 passed, 1 failed\n")


@pytest.mark.parametrize("protocol", ["udp", "tcp"])
def test_a_server_that_dies(protocol: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """What ended it is named, and what was not tried is not said to have failed."""
    for wrong in (*WRONG_UDP, *WRONG_TCP):
        if wrong.what.startswith("dies of") and "UTF-8" in wrong.what:
            wrong.spoil(monkeypatch)
    server = UdpServer(port=0) if protocol == "udp" else TcpServer(port=0)
    with server:
        assert main([protocol, "{}:{}".format(*server.address[:2])]) == 1
    *_, problem, verdict = capsys.readouterr().out.splitlines()
    killer = "'a nickname that is not utf8 is refused', after b'"
    assert problem.startswith(f"  the server answers nobody since {killer}")
    assert "caf\\xe9" in problem
    assert problem.endswith(": the rest was not run")
    assert re.fullmatch(r"[1-9]\d* passed, 1 failed, [1-9]\d* not tried", verdict)


def test_what_many_cases_build_on_is_said_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    [wrong] = [wrong for wrong in WRONG_TCP if wrong.what == "another welcome"]
    wrong.spoil(monkeypatch)
    with TcpServer(port=0) as server:
        assert main(["tcp", "{}:{}".format(*server.address[:2])]) == 1
    out = capsys.readouterr().out
    assert out.count("FAILED") == 1
    assert "not tried  no echo\n  it builds on 'a newcomer is asked and let in', which has failed\n" in out


def test_a_reader_that_goes_away_is_no_error() -> None:
    command = [sys.executable, "-m", "chatlab.conformance", "udp"]
    with UdpServer(port=0) as server:
        address = "{}:{}".format(*server.address[:2])
        program = subprocess.Popen([*command, address], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert program.stdout
        assert program.stderr
        with program.stdout, program.stderr:
            assert program.stdout.readline().startswith(b"passed")
            program.stdout.close()
            assert program.stderr.read() == b""
        assert program.wait(LIMIT) == 1


@pytest.mark.parametrize("suite", [UDP, TCP], ids=["udp", "tcp"])
def test_an_ipv6_address_keeps_its_zone(suite: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    """fe80::1 alone leads nowhere: it is there at each interface."""
    asked: list[object] = []

    def connect(sock: socket.socket, address: object) -> None:
        asked.append(address)
        raise OSError("no need to go there")

    monkeypatch.setattr(socket.socket, "connect", connect)
    with pytest.raises(NobodyAnswers):
        suite.knock(("fe80::1", 9999, 0, 2))
    assert asked == [("fe80::1", 9999, 0, 2)]


def test_a_server_that_speaks_tls(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(SUITES, "tcp", (replace(TCP, cases=TCP.cases[:3]), socket.SOCK_STREAM))
    with TcpServer(port=0, tls=serving()) as server:
        assert main(["tcp", f"localhost:{server.address[1]}", "--tls", "--ca", str(AUTHORITY)]) == 0
    assert "3 passed, 0 failed" in capsys.readouterr().out


def test_a_server_whose_certificate_is_not_to_be_trusted(capsys: pytest.CaptureFixture[str]) -> None:
    with TcpServer(port=0, tls=serving("expired")) as server:
        assert main(["tcp", f"localhost:{server.address[1]}", "--tls", "--ca", str(AUTHORITY)]) == 2
    error = capsys.readouterr().err
    assert error.endswith("has expired: whoever runs the room has to renew it\n")
    assert error.count("\n") == 1


def test_udp_has_no_tls(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["udp", "127.0.0.1:9", "--tls"])
    assert "argument --tls: it is TCP that TLS goes over" in capsys.readouterr().err
