"""An exercise whose checks stand each for itself (`each` in the manifest): points by check, and a stub that runs."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chatlab.grading.attempt.source import fingerprint
from chatlab.grading.child import Outcome
from chatlab.grading.course import Exercise
from chatlab.grading.grade import Grade
from chatlab.grading.reports.card import Card
from chatlab.grading.reports.class_report import write_csv
from chatlab.grading.reports.class_row import Row
from chatlab.grading.reports.gradescope import results_json
from chatlab.grading.reports.terminal_table import table
from chatlab.grading.verdict import CheckResult, Message, State
from tests.grading.small_course import FILE, SmallCourse

STUB = "def f(): return 1\ndef g(): return 1\ndef h(): return 1\n"  # 2, 3 and 4 are right
CHECKS = """
    from chatlab.grading import NotYetRight

    def expect(number, wanted):
        if number != wanted:
            raise NotYetRight(f"It answered {number}.", f"It is to be {wanted}.")

    def test_f(learner):
        '''f is mended'''
        expect(learner.f(), 2)

    def test_g(learner):
        '''g is mended'''
        expect(learner.g(), 3)

    def test_h(learner):
        '''h is mended'''
        expect(learner.h(), 4)
"""
SHARES = (("test_f", 2), ("test_g", 2), ("test_h", 2))
EACH = Exercise("ex90_small", "Small", "00_start_here", "Nothing.", SHARES, 1, ("a", "b", "c"), each=True)


def course(folder: Path, answer: str) -> SmallCourse:
    small = SmallCourse(folder, CHECKS, answer)
    manifest = small.folder / "exercises.toml"
    text = manifest.read_text(encoding="utf-8").replace("points = 1", "each = true")
    points = "".join(f"{name} = {number}\n" for name, number in SHARES)
    stub = f'stub = "{fingerprint(STUB)}"\n'
    manifest.write_text(f"{text.partition('stub')[0]}{stub}[ex90_small.points]\n{points}", encoding="utf-8")
    return small


def graded(folder: Path, answer: str, *options: str) -> dict[str, Any]:
    small = course(folder, answer)
    small.run("-n0", *options)
    [grade] = json.loads((small.folder.parent / "grades.json").read_text(encoding="utf-8"))
    assert isinstance(grade, dict)
    return grade


def grade_of(*states: State) -> Grade:
    wrong = Message("Did it.", "Saw it.", "It means it.")
    checks = (
        CheckResult(f"check {n}", s, wrong if s is State.NOT_YET_RIGHT else None, share=n) for n, s in enumerate(states)
    )
    return Grade(EACH, tuple(checks))


@pytest.mark.parametrize("comment", ["", "# mine\n"])
def test_the_untouched_stub_is_not_started_although_it_runs(comment: str, tmp_path: Path) -> None:
    grade = graded(tmp_path, comment + STUB)
    assert (grade["state"], grade["points"]) == ("not started", 0)
    assert {check["state"] for check in grade["checks"]} == {"not started"}
    assert grade["checks"][0]["message"]["saw"] == f"{FILE} is as it was."


@pytest.mark.parametrize(
    ("answer", "points", "done"),
    [
        (STUB.replace("f(): return 1", "f(): return 2"), 2, [True, False, False]),
        (STUB.replace("h(): return 1", "h(): return 4"), 2, [False, False, True]),
        ("def f(): return 1\ndef g(): return 3\ndef h(): return 4\n", 4, [False, True, True]),
        ("def f(): return 2\ndef g(): return 3\ndef h(): return 4\n", 6, [True, True, True]),
        ("def f(): return 0\ndef g(): return 0\ndef h(): return 0\n", 0, [False, False, False]),
    ],
)
def test_each_check_has_its_points_whatever_the_others_say(
    answer: str, points: int, done: list[bool], tmp_path: Path
) -> None:
    grade = graded(tmp_path, answer)
    assert [check["state"] == "done" for check in grade["checks"]] == done
    assert (grade["points"], grade["of"]) == (points, 6)
    assert grade["state"] == ("done" if all(done) else "not yet right")


def test_a_check_that_hangs_costs_its_own_points_alone(tmp_path: Path) -> None:
    endless = "def f():\n    while True: pass\ndef g():\n    while True: pass\ndef h(): return 4\n"
    assert graded(tmp_path, endless, "--limit=0.3")["points"] == 2


def test_a_file_that_is_no_python_is_begun(tmp_path: Path) -> None:
    grade = graded(tmp_path, "def f(:\n")
    assert (grade["state"], grade["points"]) == ("not yet right", 0)


def test_checks_that_were_not_made_have_no_points() -> None:
    assert grade_of(State.DONE, State.DONE, State.WAITING).points == 4
    assert grade_of(State.DONE, State.NOT_YET_RIGHT, State.WAITING).points == 2


def test_every_report_shows_them(tmp_path: Path) -> None:
    grade = grade_of(State.DONE, State.NOT_YET_RIGHT, State.DONE)
    files = {grade.exercise.file: tmp_path / grade.exercise.file}
    assert table([grade], files, tmp_path)[1].split()[:8] == [
        "ex90",
        "Small",
        "not",
        "yet",
        "right",
        "4",
        "of",
        "6",
    ]
    assert "not yet right, 2 of 3 checks pass (4 of 6 points)" in repr(Card(grade, "", ""))
    [test] = results_json([grade], 1)["tests"]
    assert (test["score"], test["max_score"], test["status"]) == (4, 6, "failed")


def test_the_class_report_has_them(tmp_path: Path) -> None:
    grade = grade_of(State.DONE, State.NOT_YET_RIGHT, State.DONE)
    write_csv(tmp_path / "grades.csv", [Row("ada", Outcome((grade,), ""), 1.0)], (EACH,))
    with (tmp_path / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        [read] = csv.DictReader(file)
    assert (read["ex90"], read["points"], read["of"]) == ("4", "4", "6")


def test_each_check_that_fails_says_why(tmp_path: Path) -> None:
    message = Message("did it", "saw <it>", "means it")
    checks = [CheckResult(title, State.NOT_YET_RIGHT, message) for title in ("1. José", "2. Mia")]
    grade = Grade(EACH, (*checks, CheckResult("3. Tom", State.DONE, None)))
    assert [title for title, _ in grade.messages] == ["1. José", "2. Mia"]
    card = Card(grade, "", "")
    assert repr(card).count("saw <it>") == 2
    assert "1. José:\n    did it" in repr(card)
    assert card._repr_html_().count("<details><summary>✗ ") == 2
    one = Grade(replace(EACH, each=False), tuple(checks))
    assert one.messages == [("", message)]
