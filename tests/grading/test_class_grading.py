"""What of a class is checked at all, and how it is divided: what nobody has worked at is asked of the checks once."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from chatlab.grading.child import Outcome
from chatlab.grading.class_run import grading
from chatlab.grading.class_run.grading import Classroom
from chatlab.grading.class_run.untouched import Untouched
from chatlab.grading.course import Exercise
from chatlab.grading.grade import Grade
from chatlab.grading.handed_in.hand_in import HandIn
from chatlab.grading.submission import Submission
from chatlab.grading.verdict import CheckResult, Message, State
from tests.grading.course import EXERCISES, MANIFEST, SOLUTIONS

FIRST, SECOND, THIRD = DUE = MANIFEST[:3]


def graded(exercises: tuple[Exercise, ...], state: State, saw: str = "") -> Outcome:
    check = CheckResult("it", state, Message("Loaded it.", saw, "") if saw else None)
    return Outcome(tuple(Grade(exercise, (check,)) for exercise in exercises))


class Checks:
    """Stands for the checks: they say "not handed in" of an empty folder, "not started" of any other."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def __call__(self, files: Path, exercises: tuple[Exercise, ...]) -> Outcome:
        self.asked.append(sorted(file.name for file in files.iterdir()))
        state = State.NOT_STARTED if self.asked[-1] else State.NOT_HANDED_IN
        return graded(exercises, state, "as in the folder untouched/")


def known(untouched: Untouched, folder: Path) -> dict[Exercise, Grade]:
    return untouched.grades(Submission(folder, DUE, SOLUTIONS))


def test_what_nobody_has_worked_at_is_asked_of_the_checks_once(tmp_path: Path) -> None:
    checks = Checks()
    untouched = Untouched(DUE, EXERCISES, checks)
    stub = (EXERCISES / FIRST.file).read_bytes()
    (tmp_path / FIRST.file).write_bytes(stub.replace(b"\n", b"\r\n"))
    (tmp_path / SECOND.file).write_bytes(stub)
    (tmp_path / f"{THIRD.name} (1).py").touch()
    for _ in range(2):
        found = known(untouched, tmp_path)
        assert {exercise: grade.state for exercise, grade in found.items()} == {
            FIRST: State.NOT_STARTED,
            THIRD: State.NOT_HANDED_IN,
        }
        assert found[FIRST].message == Message("Loaded it.", "as in the folder untouched/", "")
        assert found[THIRD].message == Message(
            "Loaded it.",
            f"There is no {THIRD.file} in the folder {tmp_path.name}/. It has {THIRD.name} (1).py.",
            "The check looks for the first name, letter by letter: rename the file.",
        )
    assert checks.asked == [sorted(exercise.file for exercise in DUE), []]


def test_a_stub_with_a_word_of_its_own_is_checked(tmp_path: Path) -> None:
    checks = Checks()
    for exercise in DUE:
        (tmp_path / exercise.file).write_text(
            f"# mine\n{(EXERCISES / exercise.file).read_text(encoding='utf-8')}", encoding="utf-8"
        )
    assert known(Untouched(DUE, EXERCISES, checks), tmp_path) == {}
    assert checks.asked == []


def test_where_it_is_not_clear_which_file_counts_it_is_checked(tmp_path: Path) -> None:
    stub = (EXERCISES / FIRST.file).read_text(encoding="utf-8")
    for folder, text in (("week 1", stub), ("week 2", f"{stub}# mine\n")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / FIRST.file).write_text(text, encoding="utf-8", newline="")
    assert list(known(Untouched(DUE, EXERCISES, Checks()), tmp_path)) == [SECOND, THIRD]


@pytest.mark.parametrize("outcome", [Outcome((), "no result."), graded(DUE, State.DONE)])
def test_where_the_checks_do_not_say_so_each_is_checked(outcome: Outcome, tmp_path: Path) -> None:
    assert known(Untouched(DUE, EXERCISES, lambda *_: outcome), tmp_path) == {}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Exercise, ...]]:
    asked: list[tuple[Exercise, ...]] = []

    def grade(exercises: tuple[Exercise, ...], _: Any, folder: Path, *__: Any, **___: Any) -> Outcome:
        asked.append(exercises)
        assert [file.name for file in folder.iterdir()] == ["ada"], "each part has a copy of its own"
        return Outcome((), "no result.") if THIRD in exercises else graded(exercises, State.DONE)

    monkeypatch.setattr(grading, "grade_in_child", grade)
    return asked


@pytest.mark.parametrize(
    ("exercises", "failure", "parts"),
    [(DUE[:2], "", [(FIRST,), (SECOND,)]), (DUE, "no result.", [(FIRST,), (SECOND,), (THIRD,)])],
)
def test_one_hand_in_is_graded_in_parts_at_once(
    exercises: tuple[Exercise, ...],
    failure: str,
    parts: list[tuple[Exercise, ...]],
    asked: list[tuple[Exercise, ...]],
    tmp_path: Path,
) -> None:
    for exercise in exercises:
        shutil.copy(SOLUTIONS / exercise.file, tmp_path)
    hand_in = HandIn("ada", (("ada", tmp_path),))
    [(_, row)] = Classroom(exercises, EXERCISES, None, 300).grade_all([hand_in], jobs=8)
    assert sorted(asked, key=lambda part: part[0].name) == parts
    assert row.outcome.failure == failure
    assert [grade.exercise for grade in row.outcome.grades] == ([] if failure else list(exercises))


def test_what_one_python_has_compiled_the_others_need_not(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen: list[dict[str, str]] = []

    def grade(exercises: tuple[Exercise, ...], *_: Any, variables: dict[str, str]) -> Outcome:
        seen.append(variables)
        return graded(exercises, State.DONE)

    monkeypatch.setattr(grading, "grade_in_child", grade)
    shutil.copy(SOLUTIONS / FIRST.file, tmp_path)
    for may_not in (True, False):
        monkeypatch.setattr(sys, "dont_write_bytecode", may_not)
        list(Classroom((FIRST,), EXERCISES, None, 300).grade_all([HandIn("ada", (("ada", tmp_path),))], jobs=1))
    shared, usual = seen
    assert usual == {}
    assert shared["PYTHONDONTWRITEBYTECODE"] == ""
    assert not Path(shared["PYTHONPYCACHEPREFIX"]).exists(), "it is gone when all are graded"
