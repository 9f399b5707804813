"""The Connection of ex12 and each kind of goodbye, printed as both sides see it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from chatlab.own import try_out
from tests.grading.course import EXERCISES, SOLUTIONS, WRONG
from tests.systems import ON_WINE

FILE = "ex12_leave_and_close.py"
SEEN = """\
The other side ends.
    your side:  on_data(b'Bye!'); on_end('ended'); leave() took TIME s
    other side: sends b'Bye!'; says no more; reads the end, b''
The other side resets the connection.
    your side:  on_end('reset'); close() took TIME s
    other side: resets the connection
You leave, and the other side still talks.
    your side:  on_data(b'Wait, your hat!'); on_end('ended'); leave() took TIME s
    other side: reads b'So long!'; reads the end, b''; sends b'Wait, your hat!'; says no more
You leave, and the other side says nothing.
    your side:  leave(0.3) took TIME s
    other side: reads b'So long!'; reads the end, b''
You close.
    your side:  close() took TIME s
    other side: reads the end, b''
Your on_data closes.
    your side:  on_data(b'!q'); close() took TIME s
    other side: sends b'!q'; reads the end, b''
"""


@pytest.fixture
def exercise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The learner's file; its course is where we are."""
    shutil.copytree(EXERCISES, tmp_path / "exercises", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "exercises" / FILE


def test_both_sides_are_told(exercise: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(SOLUTIONS / FILE, exercise)
    try_out("ex12")
    seen = re.sub(r"\d\.\d s", "TIME s", capsys.readouterr().out)
    if ON_WINE:  # a reset that is there before recv is taken for an end
        seen = seen.replace("on_end('ended'); close()", "on_end('reset'); close()")
    assert seen == SEEN


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("lets_a_reset_end_the_thread.py", "A thread of yours has ended with .*line 24"),
        ("never_tells_the_end.py", "no on_end within 1 s"),
        ("takes_its_own_end_for_news.py", r"You close\.\n    your side:  on_end"),
        ("leaves_by_closing.py", "reads b'So long!'; (reads the end|gets ConnectionResetError)"),
    ],
)
def test_what_goes_wrong_is_seen(answer: str, says: str, exercise: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(WRONG / "ex12" / answer, exercise)
    try_out("ex12")
    assert re.search(says, capsys.readouterr().out)


def test_what_is_not_started_says_so(exercise: Path, capsys: pytest.CaptureFixture[str]) -> None:
    try_out("ex12")
    assert capsys.readouterr().out == f"ex12 is not started yet: write your code in exercises/{FILE}.\n"
