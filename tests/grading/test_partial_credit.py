"""The points of an exercise, shared over its checks: what is half right has its share, in every report."""

from __future__ import annotations

import ast
import csv
import json
from pathlib import Path
from typing import Any

import pytest

from chatlab.grading.child import Outcome
from chatlab.grading.course import Exercise
from chatlab.grading.grade import Grade
from chatlab.grading.reports.card import Card
from chatlab.grading.reports.class_report import write_reports
from chatlab.grading.reports.class_row import Row
from chatlab.grading.reports.gradescope import results_json
from chatlab.grading.reports.terminal_table import table
from chatlab.grading.verdict import CheckResult, Message, State
from tests.grading.course import EXERCISES, MANIFEST, each_exercise, grade
from tests.grading.small_course import SmallCourse

SHARES = (("test_0", 1), ("test_2", 2))
SMALL = Exercise("ex90_small", "Small", "00_start_here", "Nothing.", SHARES, 1, ("a", "b", "c"))
CHECKS = "".join(f"def test_{n}(learner):\n    '''does {n}'''\n    learner.f({n})\n" for n in range(4))
WRONG = Message("Did it.", "Saw it.", "It means it.")
DONE, FAILED, WAITING = State.DONE, State.NOT_YET_RIGHT, State.WAITING


def course(folder: Path, body: str) -> SmallCourse:
    """Its four checks call f with their number: 0 and 1 are for one point, 2 and 3 for two."""
    small = SmallCourse(folder, CHECKS, f"def f(number):\n    {body}\n")
    manifest = small.folder / "exercises.toml"
    table = "".join(f"{name} = {points}\n" for name, points in SHARES)
    text = manifest.read_text(encoding="utf-8").replace("points = 1\n", "")
    manifest.write_text(f"{text}[ex90_small.points]\n{table}", encoding="utf-8")
    return small


def graded(small: SmallCourse, *options: str) -> dict[str, Any]:
    small.run(*options)
    [found] = json.loads((small.folder.parent / "grades.json").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def grade_of(*states: State, private: tuple[State, ...] = ()) -> Grade:
    public = [CheckResult(f"does {n}", s, WRONG if s is FAILED else None, share=n // 2) for n, s in enumerate(states)]
    return Grade(SMALL, (*public, *(CheckResult("a private check", state, None, True) for state in private)))


@pytest.mark.parametrize(
    ("states", "points"),
    [
        ((DONE, DONE, DONE, FAILED), 1),
        ((DONE, FAILED, DONE, DONE), 2),
        ((DONE, FAILED, DONE, FAILED), 0),
        ((FAILED, WAITING, WAITING, WAITING), 0),
        ((DONE, DONE, DONE, DONE), 3),
    ],
)
def test_a_share_is_for_all_of_its_checks(states: tuple[State, ...], points: int) -> None:
    assert grade_of(*states).points == points


def test_a_check_that_ends_its_python_costs_its_share_alone(tmp_path: Path) -> None:
    found = graded(course(tmp_path, "if number == 1: __import__('os').kill(__import__('os').getpid(), 9)"))
    assert (found["points"], found["of"]) == (2, 3)
    assert [(check["state"], check["share"]) for check in found["checks"]] == [
        ("done", 0),
        ("not yet right", 0),
        ("done", 1),
        ("done", 1),
    ]


@pytest.mark.parametrize(
    ("option", "states", "points"),
    [
        ("-x", ["done", "done", "not yet right", "waiting"], 1),
        ("-ktest_0 or test_2", ["done", "waiting", "not yet right", "waiting"], 0),
    ],
)
def test_a_check_that_was_not_made_is_waiting_and_has_no_points(
    option: str, states: list[str], points: int, tmp_path: Path
) -> None:
    found = graded(course(tmp_path, "assert number != 2"), "-n0", option)
    assert [check["state"] for check in found["checks"]] == states
    assert [check["title"] for check in found["checks"]] == [f"does {n}" for n in range(4)]
    assert found["points"] == points


def test_a_private_check_that_is_not_made_stays_private(tmp_path: Path) -> None:
    small = course(tmp_path, "pass")
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / f"test_{SMALL.file}").write_text("def test_secret(learner): pass\n", encoding="utf-8")
    small.run("-n0", "-ktest_0", f"--checks={tmp_path / 'private'}")
    assert "secret" not in (tmp_path / "grades.json").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("states", "private", "points"),
    [
        ((DONE, DONE, DONE, DONE), (DONE, DONE), 3),
        ((DONE, DONE, DONE, DONE), (DONE, FAILED), 2),
        ((DONE, DONE, DONE, DONE), (WAITING, FAILED), 1),
        ((DONE, DONE, FAILED, DONE), (FAILED, FAILED), 0),
        ((DONE, DONE, FAILED, DONE), (DONE, DONE), 1),
        ((FAILED, WAITING, WAITING, WAITING), (WAITING,), 0),
    ],
)
def test_a_private_check_that_is_not_done_costs_a_point(
    states: tuple[State, ...], private: tuple[State, ...], points: int
) -> None:
    assert grade_of(*states, private=private).points == points


def test_a_grade_is_the_same_after_it_was_kept() -> None:
    grade = grade_of(DONE, DONE, FAILED, WAITING, private=(DONE,))
    assert Grade.from_json(json.loads(json.dumps(grade.to_json())), SMALL) == grade


def test_every_report_has_the_points(tmp_path: Path) -> None:
    grade = grade_of(DONE, DONE, FAILED, WAITING)
    assert "1 of 3" in table([grade], {SMALL.file: tmp_path / SMALL.file}, tmp_path)[1]
    [test] = results_json([grade], 1)["tests"]
    assert (test["score"], test["max_score"], test["status"]) == (1, 3, "failed")
    assert "  1 of 1 point, for all of these:\n  ✓ does 0\n" in test["output"]
    assert write_reports(tmp_path, [Row("ada", Outcome((grade,)), 1.0)], [SMALL])
    with (tmp_path / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        [read] = csv.DictReader(file)
    assert (read["ex90"], read["points"], read["of"], read["ex90 state"]) == ("1", "1", "3", "not yet right")
    [kept] = json.loads((tmp_path / "grades.json").read_text(encoding="utf-8"))
    assert (kept["points"], kept["of"], kept["exercises"][0]["points"]) == (1, 3, 1)
    assert "<summary>✗ 1</summary>" in (tmp_path / "grades.html").read_text(encoding="utf-8")
    feedback = (tmp_path / "feedback" / "ada.html").read_text(encoding="utf-8")
    assert "ex90 Small: not yet right, 1 of 3 points" in feedback
    assert '0 of 2 points, for all of these:</p><ul class="chatlab-checks"><li>✗ does 2</li><li>○ does 3' in feedback


def test_the_card_says_which_checks_the_points_are_for() -> None:
    card = Card(grade_of(DONE, DONE, FAILED, WAITING), "", "")
    assert repr(card).startswith(
        """\
ex90 Small: not yet right, 2 of 4 checks pass (1 of 3 points)
Nothing.
  1 of 1 point, for all of these:
  ✓ does 0
  ✓ does 1
  0 of 2 points, for all of these:
  ✗ does 2
  ○ does 3
"""
    )
    assert '<p class="chatlab-share">1 of 1 point, for all of these:</p><ul' in card._repr_html_()
    assert "for all of these" not in repr(Card(grade_of(DONE, DONE, DONE, DONE), "", ""))


@pytest.mark.parametrize("exercise", MANIFEST, ids=each_exercise)
def test_the_shares_begin_at_checks_of_the_exercise_in_their_order(exercise: Exercise) -> None:
    tree = ast.parse((EXERCISES / exercise.checks).read_text(encoding="utf-8"))
    names = [f.name for f in tree.body if isinstance(f, ast.FunctionDef) and f.name.startswith("test_")]
    begins = [name or names[0] for name, _ in exercise.shares]
    assert begins[0] == names[0]
    assert begins == [name for name in names if name in begins]


def test_an_answer_that_does_nothing_has_no_points(tmp_path: Path) -> None:
    """Of a stub that works, tests/grading/test_bug_hunt.py shows that each check fails."""
    exercises = [exercise for exercise in MANIFEST if not exercise.each]
    for exercise in exercises:
        stub = (EXERCISES / exercise.file).read_text(encoding="utf-8")
        (tmp_path / exercise.file).write_text(stub.replace("raise NotImplementedError", "pass"), encoding="utf-8")
    names = [exercise.name for exercise in exercises]
    graded = [found for found in grade(tmp_path) if found["exercise"] in names]
    assert [(found["exercise"], found["state"], found["points"]) for found in graded] == [
        (exercise.name, "not yet right", 0) for exercise in exercises
    ]
