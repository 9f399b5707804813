"""Every exercise is whole: stub, checks, solution, hints and wrong answers are there, and do what their names say."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from chatlab.grading.attempt.source import fingerprint
from chatlab.grading.course import Exercise, find_exercise, find_folder, read_manifest
from tests.grading.course import COURSE, EXERCISES, KEYS, MANIFEST, SOLUTIONS, WRONG, each_exercise, grade, run_pytest
from tests.grading.small_course import SmallCourse


def names(pattern: str, *folders: str) -> list[str]:
    return sorted(path.stem for folder in folders for path in (COURSE / folder).glob(pattern))


def test_the_folders_hold_what_the_manifest_lists() -> None:
    listed = [exercise.name for exercise in MANIFEST]
    assert listed == sorted(set(listed))
    assert names("ex*.py", "exercises") == listed
    assert names("test_*.py", "exercises") == [f"test_{name}" for name in listed]
    assert names("*.py", "solutions") == listed
    assert sorted(path.name for path in WRONG.iterdir()) == [exercise.key for exercise in MANIFEST]


@pytest.mark.parametrize("exercise", MANIFEST, ids=each_exercise)
def test_an_exercise_says_all_that_it_should(exercise: Exercise) -> None:
    assert re.fullmatch(r"ex\d\d(_[a-z]+)+", exercise.name)
    assert (COURSE / exercise.reading).is_file()
    assert len(exercise.hints) == 3
    assert all((exercise.title, exercise.objective, exercise.production, *exercise.hints))
    assert "\n" not in exercise.production
    assert all(points > 0 for _, points in exercise.shares)
    assert 0 < exercise.minutes <= 45
    assert len(list((WRONG / exercise.key).glob("*.py"))) >= 8


@pytest.mark.parametrize("exercise", MANIFEST, ids=each_exercise)
def test_a_stub_asks_one_thing_and_leads_to_its_lesson(exercise: Exercise) -> None:
    stub = (EXERCISES / exercise.file).read_text(encoding="utf-8")
    assert stub.startswith(f'"""{exercise.key} {exercise.title}.')
    assert f"About {exercise.minutes} minutes" in stub
    assert exercise.reading in stub
    assert stub.count("TODO") == 1
    assert len(stub.splitlines()) <= (220 if exercise.each else 50)  # a room to mend is there already


def test_a_hint_that_sends_to_a_lesson_names_what_the_card_does() -> None:
    """That of the bug hunt: the same ones as the card, check by check."""
    sent_to = [
        (exercise.key, number, section)
        for exercise in MANIFEST
        for hint in exercise.hints
        for number, section in re.findall(r"lesson (\d\d), ([^.]+)\.", hint)
    ]
    read_again = [place.partition("#") for _, place in find_exercise(MANIFEST, "ex15").sections]
    assert sent_to == [("ex15", lesson[:2], section) for lesson, _, section in read_again]


@pytest.mark.parametrize("exercise", MANIFEST, ids=each_exercise)
def test_the_manifest_knows_the_stub(exercise: Exercise) -> None:
    stub = (EXERCISES / exercise.file).read_text(encoding="utf-8")
    assert exercise.stub == fingerprint(stub)
    assert fingerprint(stub + "# a comment\n") == exercise.stub != fingerprint(stub + "import json\n")


def test_untouched_stubs_are_not_started() -> None:
    grades = grade(EXERCISES)
    assert [(g["exercise"], g["state"], g["points"]) for g in grades] == [(e.name, "not started", 0) for e in MANIFEST]
    assert not any(check["state"] == "not yet right" for g in grades for check in g["checks"])


def test_solutions_get_all_points() -> None:
    grades = grade(SOLUTIONS)
    assert [(g["exercise"], g["state"], g["points"]) for g in grades] == [(e.name, "done", e.points) for e in MANIFEST]


def test_solutions_are_formatted() -> None:
    for command in (["format", "--check"], ["check"]):
        ruff = [sys.executable, "-m", "ruff", *command, str(SOLUTIONS)]
        assert subprocess.run(ruff, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize(
    ("field", "problem"),
    [
        ("points = 1\npionts = 1", "exercises.toml, ex90_a: pionts is no field"),
        ("", "exercises.toml, ex90_a: points is missing"),
        ("points = 0", "exercises.toml, ex90_a: points can't be 0"),
        ("[ex90_a.points]\ntest_a = 1\nstub = 'de21a555'", "exercises.toml, ex90_a: points can't be 'de21a555'"),
        ("points =", "exercises.toml: Invalid value"),
    ],
)
def test_a_mistake_in_the_manifest_is_a_line(field: str, problem: str, tmp_path: Path) -> None:
    needed = 'title = "A"\nlesson = "00_a"\nobjective = "A."\nminutes = 1\nhints = ["a"]\n'
    (tmp_path / "exercises.toml").write_text(f"[ex90_a]\n{needed}{field}\n", encoding="utf-8")
    with pytest.raises(LookupError, match=re.escape(problem)) as caught:
        read_manifest(tmp_path)
    assert "\n" not in caught.value.args[0]


def test_who_checks_with_such_a_manifest_reads_the_line_alone(tmp_path: Path) -> None:
    course = SmallCourse(tmp_path, "def test_it(learner): learner.f()\n", "def f(): pass\n")
    with (course.folder / "exercises.toml").open("a", encoding="utf-8") as manifest:
        manifest.write("minuets = 5\n")
    run = run_pytest(course.folder)
    assert (run.returncode, run.stderr.strip()) == (4, "ERROR: exercises.toml, ex90_small: minuets is no field")


def test_an_exercise_is_found_by_key_and_by_name() -> None:
    assert find_exercise(MANIFEST, "ex00") is find_exercise(MANIFEST, "ex00_warm_up") is MANIFEST[0]
    with pytest.raises(LookupError, match=f"there is no exercise 'ex0': choose from {KEYS}"):
        find_exercise(MANIFEST, "ex0")


def test_the_exercises_are_found_from_anywhere_in_the_course(tmp_path: Path) -> None:
    assert find_folder(COURSE / "notebooks") == find_folder(EXERCISES / "test_ex00_warm_up.py") == EXERCISES
    with pytest.raises(LookupError, match=re.escape(str(tmp_path))):
        find_folder(tmp_path)
