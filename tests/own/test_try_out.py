"""A learner's code at work in a notebook: whatever it does, one line says what came of it, and we go on."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest

from chatlab.grading.attempt.time_limit import Printed
from chatlab.own.try_out import try_out, use
from chatlab.room.errors import CantUse, NotStarted
from tests.grading.course import EXERCISES

FILE = "ex00_warm_up.py"


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course whose ex00 is untouched; its notebooks are the current directory."""
    shutil.copytree(EXERCISES, tmp_path / "exercises", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    return tmp_path


def test_the_file_is_used_as_it_is_now(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for answer in ("one", "two"):
        (course / "exercises" / FILE).write_text(f"def f():\n    print({answer!r})\n", encoding="utf-8")
        try_out("ex00", lambda learner: learner.f())
        assert capsys.readouterr().out == f"{answer}\n"


def test_a_stub_is_not_started(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NotStarted, match=r"^ex00 is not started yet\.$"):
        use("ex00", lambda learner: learner.greet(None, "bob"), Printed())
    try_out("ex00", lambda learner: learner.greet(None, "bob"))
    assert capsys.readouterr().out == "ex00 is not started yet.\n"


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("def f(:", f"SyntaxError: invalid syntax. {FILE}, line 1: def f(:"),
        ("def f():\n    exit()", f"Your code ended the program: exit(). {FILE}, line 2, in f: exit()"),
        ("def f():\n    x = undefined", f"name 'undefined' is not defined. {FILE}, line 2, in f: x = undefined"),
        ("while True:\n    pass", f"in the line below. {FILE}, line"),
        ("import solutions", f"the model answers. {FILE}, line 1: import solutions"),
        ("def f_(): ...", f"{FILE} has no f; it has f_."),
        ("", f"{FILE} has no f."),
    ],
)
def test_what_goes_wrong_is_one_line(course: Path, source: str, says: str) -> None:
    (course / "exercises" / FILE).write_text(source, encoding="utf-8")
    with pytest.raises(CantUse) as caught:
        use("ex00", lambda learner: learner.f(), Printed(), seconds=0.3)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not isinstance(caught.value, NotStarted)


def test_what_was_printed_before_it_failed_is_printed(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (course / "exercises" / FILE).write_text("def f():\n    print('so far')\n    1 / 0", encoding="utf-8")
    try_out("ex00", lambda learner: learner.f())
    assert capsys.readouterr().out.startswith("so far\nZeroDivisionError: ")


def test_no_course_and_no_exercise_are_one_line_too(
    course: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with pytest.raises(CantUse, match="^there is no exercise 'ex99'"):
        use("ex99", print, Printed())
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    with pytest.raises(CantUse, match="start from inside the course's folder$"):
        use("ex00", print, Printed())


def test_it_runs_in_a_thread_of_its_own(course: Path) -> None:
    """So that a limit holds, and Ctrl-C in a notebook reaches the notebook."""
    (course / "exercises" / FILE).write_text(
        "import threading\nthread = threading.current_thread()\n", encoding="utf-8"
    )
    threads: list[threading.Thread] = []
    use("ex00", lambda learner: threads.append(learner.thread), Printed())
    assert threads != [threading.current_thread()]
