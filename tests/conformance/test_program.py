"""`python -m chatlab.conformance` as somebody runs it."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest

from chatlab.tcp.server import TcpServer
from chatlab.udp.server import UdpServer
from tests.conformance.spoiling import NICKNAMES

LIMIT = 60.0


def conformance(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "chatlab.conformance", *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=LIMIT, check=False)


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
    assert "  The protocol says: An empty datagram: I am still here." in done.stdout
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
    assert "  eve had to hear NICK <reason>, and heard 'Connected to the server!'" in report
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


@pytest.mark.parametrize(("protocol", "kind"), [("udp", socket.SOCK_DGRAM), ("tcp", socket.SOCK_STREAM)])
@pytest.mark.parametrize("silent", [True, False], ids=["silent", "closed"])
def test_nobody_answers(protocol: str, kind: socket.SocketKind, silent: bool) -> None:
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.bind(("127.0.0.1", 0))
        if silent and protocol == "tcp":
            sock.listen()
        address = "{}:{}".format(*sock.getsockname())
        if not silent:
            sock.close()
        done = conformance(protocol, address)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"nobody answers at {address}: is the server running there?\n"
