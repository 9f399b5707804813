"""The Bridge of ex18 on two servers."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from chatlab.own import try_out
from tests.grading.course import EXERCISES, SOLUTIONS, WRONG

FILE = "ex18_the_rooms_bridge.py"


@pytest.fixture
def exercise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of ex18 in a course of its own, which is the current directory. It is not started."""
    shutil.copytree(EXERCISES, tmp_path / "exercises", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "exercises" / FILE


def lines_of(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [re.sub(" {2,}", " | ", line) for line in capsys.readouterr().out.splitlines()]


def test_two_servers_are_one_room(exercise: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(SOLUTIONS / FILE, exercise)
    try_out("ex18")
    assert lines_of(capsys) == [
        " | on one they hear | on two they hear",
        "ada comes to one: True | ada joined | ada joined",
        "Ada comes to two: False | - | -",
        "bob comes to two: True | bob joined | bob joined",
        "ada says Hi, bob! | ada: Hi, bob! | ada: Hi, bob!",
        "the broker is gone; ada: Alone? | ada: Alone? | -",
        "it is back; bob says No! | bob: No! | bob: No!",
        "two is killed; 20 s later | bob left | -",
        "bob comes to one: True | bob joined | -",
    ]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("tells_twice", "ada says Hi, bob! | ada: Hi, bob! | ada: Hi, bob!, ada: Hi, bob!"),
        ("claims_nothing", "Ada comes to two: True | Ada joined | Ada joined"),
        ("keeps_the_names_of_the_dead", "bob comes to one: False | - | -"),
        ("delivers_the_sign_of_life", "None was delivered: Joined, Said or Left is wanted"),
    ],
)
def test_what_goes_wrong_is_seen(exercise: Path, capsys: pytest.CaptureFixture[str], answer: str, told: str) -> None:
    shutil.copy(WRONG / "ex18" / f"{answer}.py", exercise)
    try_out("ex18")
    assert told in lines_of(capsys)


def test_an_echo_ends(exercise: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = (WRONG / "ex18" / "makes_an_echo.py").read_text(encoding="utf-8")
    exercise.write_text(source.replace("number <= self.last.get(server, 0)", "False"), encoding="utf-8")
    try_out("ex18")
    assert lines_of(capsys)[-1].startswith("the two servers answer each other without end")
