"""The handshake of ex10 at the door of a room: a client, nc, and what goes wrong."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatlab.conformance.case import cases_of
from chatlab.conformance.tcp import SUITE, handshake
from chatlab.own import try_out
from chatlab.own.own_door import HandshakeServer
from chatlab.panels import RoomPanel
from chatlab.room.errors import NobodyAnswers, Refusal
from chatlab.room.events import Event, Gone, Left, Said
from chatlab.tcp.client import TcpClient
from tests.grading.course import EXERCISES, SOLUTIONS, WRONG
from tests.waiting import Heard

FILE = "ex10_nickname_handshake.py"


@pytest.fixture
def exercise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The learner's file; its course is where we are."""
    shutil.copytree(EXERCISES, tmp_path / "exercises", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "exercises" / FILE


@pytest.fixture
def door(exercise: Path) -> Iterator[HandshakeServer]:
    with HandshakeServer() as door:
        yield door


def test_clients_come_in_by_it_and_talk(exercise: Path, door: HandshakeServer) -> None:
    shutil.copy(SOLUTIONS / FILE, exercise)
    by_ada, by_bob = Heard[Event](), Heard[Event]()
    with TcpClient("ada", door, on_event=by_ada) as ada, TcpClient("bob", door, on_event=by_bob) as bob:
        ada.say("Olé 🐍")
        by_bob.next(Said("ada", "Olé 🐍"))
        bob.say("  I hear you")
        by_ada.next(Said("bob", "  I hear you"))
        with pytest.raises(Refusal, match="taken"):
            TcpClient("ADA", door).start()
        assert door.nicknames == ("ada", "bob")
        assert door.whose == "The handshake at this door is yours, from ex10."
        ada.close()
        by_bob.next(Left("ada"))


def test_it_keeps_to_the_protocol(exercise: Path, door: HandshakeServer) -> None:
    shutil.copy(SOLUTIONS / FILE, exercise)
    cases = [case for case in cases_of(handshake) if not case.slow]
    assert [result.problem for result in SUITE.run(door.address, cases)] == [""] * len(cases)


def test_what_is_said_behind_the_nickname_is_heard(exercise: Path, door: HandshakeServer) -> None:
    shutil.copy(SOLUTIONS / FILE, exercise)
    by_bob = Heard[Event]()
    with TcpClient("bob", door, on_event=by_bob), socket.create_connection(door.address[:2]) as nc:
        nc.sendall(b"b o b\nBOB\neve\nHello!\n")
        by_bob.next(Said("eve", "Hello!"))
        heard = nc.makefile("rb")
        words = [heard.readline() for _ in range(4)]
    assert words[0] == b"NICK\n"
    assert words[1].startswith(b"NICK letters, digits")
    assert words[2].startswith(b"NICK taken")
    assert words[3] == b"Connected to the server!\n"


def test_who_is_given_up_reads_why(exercise: Path, door: HandshakeServer) -> None:
    shutil.copy(SOLUTIONS / FILE, exercise)
    with socket.create_connection(door.address[:2]) as nc:
        nc.sendall(b"\n" * 20)
        assert nc.makefile("rb").read().splitlines()[-1] == b"ERROR 10 nicknames were refused"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("hands_on_bytes.py", "join was called with b'ada': a text without its newline is wanted"),
        ("hands_on_the_newline.py", r"join was called with 'ada\\n'"),
        ("sends_text.py", r"TypeError.*line \d+, in say"),
    ],
)
def test_what_goes_wrong_is_said(answer: str, why: str, exercise: Path, door: HandshakeServer) -> None:
    shutil.copy(WRONG / "ex10" / answer, exercise)
    client = TcpClient("ada", door)
    with pytest.raises(NobodyAnswers, match=why):
        client.start()
    client.close()


def test_what_is_answered_wrongly_is_said(exercise: Path, door: HandshakeServer) -> None:
    shutil.copy(WRONG / "ex10" / "returns_the_nickname_alone.py", exercise)
    by_ada = Heard[Event]()
    with TcpClient("ada", door, on_event=by_ada):
        assert "shake_hands returned 'ada'" in str(by_ada.next(Gone))


def test_a_handshake_that_never_ends_does_not_keep_the_door_open(exercise: Path) -> None:
    shutil.copy(WRONG / "ex10" / "takes_the_end_for_a_piece.py", exercise)
    with HandshakeServer() as door, socket.create_connection(door.address[:2]) as nc:
        assert nc.recv(10) == b"NICK\n"
        nc.close()


def test_until_it_is_started_the_room_shakes_hands(door: HandshakeServer) -> None:
    with TcpClient("ada", door):
        assert door.nicknames == ("ada",)
        assert door.whose.startswith("ex10 is not started yet.")


def test_in_a_notebook_it_has_a_panel(exercise: Path) -> None:
    shutil.copy(SOLUTIONS / FILE, exercise)
    panel = try_out("ex10")
    assert isinstance(panel, RoomPanel)
    with panel, TcpClient("ada", panel.server):
        assert panel.server.nicknames == ("ada",)
