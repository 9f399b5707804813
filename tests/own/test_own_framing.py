"""The framing of ex09 under a client of the TCP room, with a stream that comes in single bytes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatlab.own import try_out
from chatlab.own.own_framing import OwnFramingClient
from chatlab.panels import ChatPanel
from chatlab.room.errors import CantUse, NobodyAnswers, NotStarted
from chatlab.room.events import Event, Gone, Said
from chatlab.tcp.client import TcpClient
from chatlab.tcp.server import TcpServer
from chatlab.tcp.weather.pieces import StreamWeather
from chatlab.tcp.weather.relay import StreamRelay
from tests.grading.course import EXERCISES, SOLUTIONS, WRONG
from tests.waiting import Heard

FILE = "ex09_bytes_to_lines.py"


@pytest.fixture
def exercise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The learner's file; its course is where we are."""
    shutil.copytree(EXERCISES, tmp_path / "exercises", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "exercises" / FILE


@pytest.fixture
def relay() -> Iterator[StreamRelay]:
    with TcpServer(port=0, log=lambda line: None) as room:
        with StreamRelay(room, weather=StreamWeather(piece=1, gap=0.0)) as relay:
            yield relay


def test_it_reads_and_says(exercise: Path, relay: StreamRelay) -> None:
    shutil.copy(SOLUTIONS / FILE, exercise)
    by_tom, by_bob = Heard[Event](), Heard[Event]()
    with TcpClient("bob", relay, on_event=by_bob) as bob, OwnFramingClient("tom", relay, on_event=by_tom) as tom:
        tom.say("Olé 🐍")
        by_bob.next(Said("tom", "Olé 🐍"))
        bob.say("  你好  ")
        by_tom.next(Said("bob", "  你好  "))


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("answers_bytes.py", r"feed answered \[b'NICK'\]: a list of texts is wanted"),
        ("mixes_text_and_bytes.py", "TypeError.* line 12"),
    ],
)
def test_what_fails_is_said(answer: str, why: str, exercise: Path, relay: StreamRelay) -> None:
    shutil.copy(WRONG / "ex09" / answer, exercise)
    client = OwnFramingClient("tom", relay)
    with pytest.raises(NobodyAnswers, match=why):
        client.start()
    client.close()


def test_what_fails_in_the_room_is_the_end(exercise: Path, relay: StreamRelay) -> None:
    shutil.copy(SOLUTIONS / FILE, exercise)
    by_tom = Heard[Event]()
    with OwnFramingClient("tom", relay, on_event=by_tom), TcpClient("bob", relay) as bob:
        bob.say("x" * 1023)  # with bob's nickname, it is longer than a line of the exercise
        by_tom.wait_for(lambda event: isinstance(event, Gone) and "ValueError" in event.reason)


def test_a_line_that_can_not_be_sent_is_told(exercise: Path, relay: StreamRelay) -> None:
    shutil.copy(WRONG / "ex09" / "sends_text.py", exercise)
    with OwnFramingClient("tom", relay) as tom, pytest.raises(CantUse, match="TypeError"):
        tom.say("Hello!")


def test_what_is_not_started_says_so(exercise: Path, relay: StreamRelay) -> None:
    client = OwnFramingClient("tom", relay)
    with pytest.raises(NotStarted, match="ex09 is not started yet"):
        client.start()
    client.close()


def test_in_a_notebook_it_has_a_panel(exercise: Path, relay: StreamRelay) -> None:
    shutil.copy(SOLUTIONS / FILE, exercise)
    panel = try_out("ex09", relay, "tom")
    assert isinstance(panel, ChatPanel)
    with panel:
        assert panel._membership.standing.is_in
