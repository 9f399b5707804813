"""The Outbox of ex13 for two readers, one of whom reads nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from chatlab.own import try_out
from chatlab.own.own_outbox import OUT
from tests.grading.course import EXERCISES, SOLUTIONS, WRONG

FILE = "ex13_a_bounded_outbox.py"


@pytest.fixture
def exercise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of ex13 in a course of its own, which is the current directory. It is not started."""
    shutil.copytree(EXERCISES, tmp_path / "exercises", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "exercises" / FILE


def lines_of(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


def test_nobody_waits_and_the_slow_one_is_out(exercise: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(SOLUTIONS / FILE, exercise)
    try_out("ex13", 4096, lines=900)
    *table, out, quick, slow = lines_of(capsys)
    assert out == OUT
    assert quick == "The quick reader has got 900 of 900 lines, whole and in order."
    assert slow.startswith("The slow one reads at last, and has got ")
    assert slow.endswith(" of 900 lines, whole and in order.")
    assert not slow.endswith("900 of 900 lines, whole and in order.")
    assert table[0].split() == ["line", "for", "the", "quick", "reader", "for", "the", "slow", "one"]
    assert table[-1].endswith("out")
    assert all("0 bytes" in row for row in table[1:])


def test_few_lines_leave_everybody_in(exercise: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(SOLUTIONS / FILE, exercise)
    try_out("ex13", lines=3)
    assert lines_of(capsys)[-2:] == [
        "The quick reader has got 3 of 3 lines, whole and in order.",
        "The slow one reads at last, and has got 3 of 3 lines, whole and in order.",
    ]
    try_out("ex13", 0, lines=0)
    assert lines_of(capsys)[-1] == "The slow one reads at last, and has got 0 of 0 lines, whole and in order."


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("put_answers_nothing", "put answered None: True or False is wanted"),
        ("answers_nothing", "flush answered None: the number of bytes that wait is wanted"),
        ("lets_no_room_be_an_error", f"{FILE}, line 20, in flush: sent = sock.send(self.waiting)"),
        ("shuts_the_stream_down", f"{FILE}, line 21, in flush: sent = sock.send(self.waiting)"),
    ],
)
def test_what_goes_wrong_is_told(exercise: Path, capsys: pytest.CaptureFixture[str], answer: str, told: str) -> None:
    shutil.copy(WRONG / "ex13" / f"{answer}.py", exercise)
    try_out("ex13")
    assert lines_of(capsys)[-1].endswith(told)


def test_an_exercise_that_is_not_started(exercise: Path, capsys: pytest.CaptureFixture[str]) -> None:
    try_out("ex13")
    assert lines_of(capsys) == [f"ex13 is not started yet: write your code in exercises/{FILE}."]
