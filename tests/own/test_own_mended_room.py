"""The room of ex15, in a notebook's panel: as it is in the learner's file, whatever of it is mended."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chatlab.own import try_out
from chatlab.own.own_tcp_room import MendedServer
from chatlab.panels import RoomPanel
from chatlab.room.events import Said
from chatlab.tcp.client import TcpClient
from tests.grading.course import EXERCISES, SOLUTIONS

FILE = "ex15_the_bug_hunt.py"
ANSWER = (SOLUTIONS / FILE).read_text(encoding="utf-8")
CLAIM = "ada: I owe everybody a pizza"


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], object]:
    """Writes the room of the course that the current directory is in; it is untouched at first."""
    shutil.copytree(EXERCISES, tmp_path / "exercises", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(tmp_path)
    return lambda answer: (tmp_path / "exercises" / FILE).write_text(answer, encoding="utf-8")


@pytest.fixture
def server() -> Iterator[MendedServer]:
    server = MendedServer()
    yield server
    server.close()


def heard_of_a_claim(server: MendedServer) -> Said:
    """What bob hears when eve speaks as ada."""
    with TcpClient("bob", server) as bob, TcpClient("eve", server) as eve:
        assert sorted(server.nicknames) == ["bob", "eve"]
        eve.say(CLAIM)
        return next(event for event in bob if isinstance(event, Said))


def test_each_start_runs_the_file_as_it_is_then(write: Callable[[str], object], server: MendedServer) -> None:
    server.start()
    assert server.whose == "This room is yours: ex15 runs it."
    assert heard_of_a_claim(server) == Said("ada", "I owe everybody a pizza")  # the stub, with its mistakes
    port = server.address[1]
    server.close()
    write(ANSWER)
    server.start()
    assert heard_of_a_claim(server) == Said("eve", CLAIM)
    assert server.address[1] == port


def test_it_counts_what_comes_and_what_goes(write: Callable[[str], object], server: MendedServer) -> None:
    write(ANSWER)
    server.start()
    heard_of_a_claim(server)
    assert server.counts.received >= 3  # two nicknames and what was said
    assert server.counts.sent >= 6  # NICK and the welcome for two, who came, and what was said


def test_a_room_that_was_written_anew_may_name_its_parts_as_it_likes(
    write: Callable[[str], object], server: MendedServer
) -> None:
    write(ANSWER.replace("self.room", "self.table"))
    server.start()
    with TcpClient("ada", server):
        assert server.nicknames == ()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # an end by SystemExit
@pytest.mark.usefixtures("services_may_fail")
def test_a_room_that_stands_still_is_taken_away(write: Callable[[str], object], server: MendedServer) -> None:
    server.start()
    with TcpClient("ada", server), socket.create_connection(server.address[:2], timeout=5) as kim:
        assert kim.recv(100) == b"NICK\n"
        kim.sendall(b"ada\n")
        server.close()
    assert "self.acceptor.join()" in str(server.failure)
    write(ANSWER)
    server.start()
    assert heard_of_a_claim(server) == Said("eve", CLAIM)


def test_it_is_tried_out_under_a_panel(write: Callable[[str], object]) -> None:
    panel = try_out("ex15")
    assert isinstance(panel, RoomPanel)
    assert panel.server.running
    panel.close()
