"""A class graded in one go: everybody gets a row, whatever they handed in."""

from __future__ import annotations

import csv
import errno
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import pytest

from chatlab.grading import classroom
from chatlab.grading.child import Outcome, grade_in_child
from chatlab.grading.class_run import grading
from chatlab.grading.class_run.grading import Classroom
from chatlab.grading.course import read_manifest
from chatlab.grading.grade import Grade
from chatlab.grading.handed_in.hand_in import HandIn
from chatlab.grading.kept_rows import KeptRows
from chatlab.grading.reports.class_row import Row
from chatlab.grading.verdict import CheckResult, State
from tests.grading.small_course import FILE, SmallCourse
from tests.systems import not_here

LIMIT = 60.0  # seconds, far more than anything here takes
CHECKS = """
    from chatlab.grading import NotYetRight
    def test_it(learner):
        if (answer := learner.f()) != 42:
            raise NotYetRight(f"It returned {answer}. Expected: 42.", "Count again.")
"""
WHERE_PYTEST_LOOKS = """
    from chatlab.grading import NotYetRight
    def test_it(learner, pytestconfig):
        learner.f()
        raise NotYetRight(pytestconfig.rootpath.name, "Count again.")
"""
RIGHT = "def f():\n    return 42\n"
CLASS = {
    "ada": RIGHT,
    "bob": "def f():\n    return '<b>41</b>'\n",
    "dan": "def f():\n    while True: pass\n",
    "eve": "import os\nos.kill(os.getpid(), 9)\n",
    "fay": "def f():\n    open('left.txt', 'w').close()\n    return 42\n",
    "=gus": "def f():\n    raise NotImplementedError\n",
}


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallCourse:
    monkeypatch.chdir(tmp_path)
    return SmallCourse(tmp_path, CHECKS, "raise NotImplementedError\n")


@pytest.fixture
def submissions(tmp_path: Path) -> Path:
    folder = tmp_path / "class"
    for student, answer in CLASS.items():
        (folder / student).mkdir(parents=True)
        (folder / student / FILE).write_text(answer, encoding="utf-8")
    (folder / "cat").mkdir()  # handed in an empty folder
    (folder / "hal" / "chatlab" / "exercises").mkdir(parents=True)  # handed in all of the course
    (folder / "hal" / "chatlab" / "exercises" / FILE).write_text(RIGHT, encoding="utf-8")
    (folder / "hal" / "chatlab" / "solutions").mkdir()
    (folder / "hal" / "chatlab" / "solutions" / FILE).write_text("", encoding="utf-8")
    (folder / "notes.txt").write_text("no submission", encoding="utf-8")
    return folder


def grade_class(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "chatlab.grading.classroom", *map(str, arguments)]
    environment = os.environ | {"PYTHONIOENCODING": "utf-8"}
    return subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, timeout=120, check=False)


def rows(folder: Path) -> dict[str, dict[str, str]]:
    with (folder / "grades.csv").open(encoding="utf-8-sig", newline="") as table:
        return {row["student"]: row for row in csv.DictReader(table)}


def test_everybody_gets_a_row(course: SmallCourse, submissions: Path) -> None:
    before = sorted(course.folder.parent.rglob("*"))
    run = grade_class(submissions)
    assert run.returncode == 0, run.stderr
    output = submissions.with_name("class-grades")
    assert run.stdout.startswith("8 of 8 hand-ins graded in ")
    assert "8/8" in run.stderr
    assert "not graded, no hand-in: notes.txt\n" in run.stderr
    assert {student: (row["ex90"], row["stuck at"]) for student, row in rows(output).items()} == {
        "ada": ("1", ""),
        "bob": ("0", "ex90: It returned <b>41</b>. Expected: 42."),
        "cat": ("0", "ex90: not handed in"),
        "dan": ("0", "ex90: It had not ended after 5 s; it was stuck in the line below."),
        "eve": ("0", "ex90: It ended its Python without a word."),
        "fay": ("1", ""),
        "'=gus": ("0", "ex90: not started"),
        "hal": ("1", ""),
    }
    page = (output / "grades.html").read_text(encoding="utf-8")
    assert "3 of 8 done" in page
    assert "&lt;b&gt;41" in page
    assert "<b>" not in page
    after = {path for path in course.folder.parent.rglob("*") if output not in (path, *path.parents)}
    assert {path for path in after if "__pycache__" not in path.parts} == set(before)


def test_what_takes_too_long_gets_a_row(course: SmallCourse, submissions: Path) -> None:
    run = grade_class(submissions, "--seconds=0.1", "--output=elsewhere")
    assert run.returncode == 1
    assert "8 of 8 NOT graded: =gus (no result after 0.1 s" in run.stderr
    for row in rows(Path("elsewhere")).values():
        assert row["stuck at"].startswith("no result after 0.1 s")
        assert row["points"] == ""


def test_private_checks_count(course: SmallCourse, submissions: Path, tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir()
    (private / f"test_{FILE}").write_text("def test_secret(learner): learner.g\n", encoding="utf-8")
    (tmp_path / "others").mkdir()
    shutil.move(submissions / "ada", tmp_path / "others")
    grade_class("others", f"--checks={private}")
    output = tmp_path / "others-grades"
    assert rows(output)["ada"]["stuck at"].startswith("ex90: ex90_small.py has no g")  # the teacher is shown it


def test_it_can_be_done_again_and_never_mixes_with_other_files(course: SmallCourse, submissions: Path) -> None:
    for _ in range(2):
        assert grade_class(submissions, "--seconds=0.1").returncode == 1
    run = grade_class(submissions, f"--output={course.folder}")
    assert run.returncode == 2
    assert "exercises holds other files: choose an empty folder with --output" in run.stderr
    assert not list(course.folder.glob("grades.*"))


def test_pytest_looks_at_nothing_beside_the_exercises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows, it would fail if something there went away meanwhile, such as the folder of another grading."""
    monkeypatch.chdir(tmp_path)
    SmallCourse(tmp_path, WHERE_PYTEST_LOOKS, RIGHT)
    (tmp_path / "class" / "ada").mkdir(parents=True)
    (tmp_path / "class" / "ada" / FILE).write_text(RIGHT, encoding="utf-8")
    assert grade_class("class").returncode == 0
    assert rows(tmp_path / "class-grades")["ada"]["stuck at"] == "ex90: exercises"


def test_a_folder_without_submissions_is_named(course: SmallCourse, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for folder, reason in [("nowhere", "nowhere: there is no such folder"), ("empty", "empty holds no hand-ins")]:
        run = grade_class(folder)
        assert run.returncode == 2
        assert reason in run.stderr
        assert "Traceback" not in run.stderr


def graded_one(student: str) -> tuple[HandIn, Row]:
    check = CheckResult("it", State.DONE, None)
    exercise = read_manifest(Path("exercises"))[0]
    hand_in = HandIn(student, ((student, Path("class").resolve() / student),))
    return hand_in, Row(student, Outcome((Grade(exercise, (check,)),)), 1.0)


def test_a_run_that_is_stopped_is_gone_on_with(
    course: SmallCourse, submissions: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[list[str]] = []

    def stopped_after_one(
        self: Any, hand_ins: Sequence[HandIn], jobs: int
    ) -> Generator[tuple[HandIn, Row], None, None]:
        asked.append([hand_in.student for hand_in in hand_ins])
        yield graded_one(hand_ins[0].student)
        raise KeyboardInterrupt

    monkeypatch.setattr(Classroom, "grade_all", stopped_after_one)
    output = submissions.with_name("class-grades")
    assert classroom.main([str(submissions)]) == 130
    assert list(rows(output)) == ["'=gus"]
    out, err = capsys.readouterr()
    assert out.startswith("1 of 8 hand-ins graded in ")
    assert "stopped: the same command goes on from here\n" in err
    with (output / "rows.jsonl").open("a", encoding="utf-8") as kept:
        kept.write('{"half a li')  # as kill -9 leaves it
    (submissions / "ada" / FILE).write_text("changed", encoding="utf-8")
    assert classroom.main([str(submissions)]) == 130
    assert list(rows(output)) == ["'=gus", "ada"]
    assert "2 of 8 hand-ins graded in 0 s, 1 of them before: " in capsys.readouterr().out
    (submissions / "ada" / FILE).write_text("and again", encoding="utf-8")
    classroom.main([str(submissions)])
    classroom.main([str(submissions), "--again"])
    everybody = ["=gus", "ada", "bob", "cat", "dan", "eve", "fay", "hal"]
    assert asked == [everybody, everybody[1:], everybody[1:], everybody]


def test_a_class_is_the_same_by_whatever_path_it_is_named(
    course: SmallCourse, submissions: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    graded = lambda self, hand_ins, jobs: (graded_one(hand_in.student) for hand_in in hand_ins)  # noqa: E731
    monkeypatch.setattr(Classroom, "grade_all", graded)
    for named in (submissions, Path("class"), Path("exercises", "..", "class")):
        assert classroom.main([str(named), "--output=grades"]) == 0
    first, *others = capsys.readouterr().out.splitlines()
    assert "of them before" not in first
    assert all("8 of 8 hand-ins graded in 0 s, 8 of them before: " in line for line in others)


def test_a_row_of_an_older_version_does_not_count(course: SmallCourse, tmp_path: Path) -> None:
    kept = KeptRows(tmp_path, read_manifest(course.folder), "the same")
    kept.add("ada's", graded_one("ada")[1])
    assert list(kept.read()) == ["ada's"]
    file = tmp_path / "rows.jsonl"
    file.write_text(file.read_text(encoding="utf-8").replace('"title"', '"name"'), encoding="utf-8")
    assert kept.read() == {}


def test_rows_that_cant_be_kept_stop_the_run(
    course: SmallCourse, submissions: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Classroom, "grade_all", lambda *_: (graded_one(name) for name in ("ada", "bob")))
    monkeypatch.setattr(os, "fsync", full)
    assert classroom.main([str(submissions)]) == 1
    assert "No space left on device): make room, and give the same command again\n" in capsys.readouterr().err
    assert list(rows(submissions.with_name("class-grades"))) == ["ada"]


def test_only_what_is_due_is_graded(course: SmallCourse, submissions: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (course.folder / "exercises.toml").open("a", encoding="utf-8") as manifest:
        manifest.write(TWO)
    shutil.copy(course.folder / f"test_{FILE}", course.folder / "test_ex91_other.py")
    shutil.move(submissions / "ada", submissions.with_name("due") / "ada")
    assert grade_class("due", "--only=ex90").returncode == 0
    [row] = rows(Path("due-grades")).values()
    assert (row["ex90"], row["of"]) == ("1", "1")
    assert "ex91" not in row
    assert grade_class("due").returncode == 0
    [row] = rows(Path("due-grades")).values()
    assert (row["ex90"], row["ex91 state"], row["of"]) == ("1", "not handed in", "2")
    run = grade_class("due", "--only=ex90,ex77")
    assert (run.returncode, run.stderr.count("\n")) == (2, 1)
    assert "there is no exercise 'ex77'" in run.stderr


def test_whatever_fails_is_its_own_row(
    course: SmallCourse, submissions: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def grade(exercises: Any, arguments: Sequence[str], *_: Any, **__: Any) -> Outcome:
        if any("bob" in argument for argument in arguments):
            raise ValueError("what nobody has thought of")
        return graded_one("x")[1].outcome

    monkeypatch.setattr(grading, "grade_in_child", grade)
    assert classroom.main([str(submissions)]) == 1
    assert "1 of 8 NOT graded: bob (ValueError: what nobody has thought of)\n" in capsys.readouterr().err
    table = rows(submissions.with_name("class-grades"))
    assert (table["ada"]["points"], table["bob"]["points"]) == ("1", "")


def test_a_table_that_is_open_elsewhere_costs_nothing(
    course: SmallCourse, submissions: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def locked(self: Path, target: Path) -> Path:
        raise PermissionError(13, "as Windows says of a file that is open in a spreadsheet")

    monkeypatch.setattr(Path, "replace", locked)

    def grade_all(self: Classroom, submissions: Sequence[HandIn], jobs: int) -> Iterator[tuple[HandIn, Row]]:
        return ((each, Row(each.student, Outcome((), "no result."), 1.0)) for each in submissions)

    monkeypatch.setattr(Classroom, "grade_all", grade_all)
    assert classroom.main([str(submissions)]) == 1
    [table] = submissions.with_name("class-grades").glob("grades-*.csv")
    assert table.read_text(encoding="utf-8-sig").count("no result.") == 8
    assert f"grades.csv could not be replaced: close it where it is open, and rename {table.name}\n" in (
        capsys.readouterr().err
    )


@pytest.mark.parametrize(
    ("option", "error"),
    [
        ("--jobs=0", "'0' is not a number of 1 or more"),
        ("--jobs=1.5", "'1.5' is not a whole number"),
        ("--seconds=-1", "'-1' is not a number of 0.01 or more"),
        ("--seconds=nan", "'nan' is not a number of 0.01 or more"),
        ("--seconds=soon", "'soon' is not a number"),
    ],
)
def test_a_number_that_makes_no_sense_is_one_line(
    option: str, error: str, course: SmallCourse, submissions: Path
) -> None:
    run = grade_class(submissions, option)
    assert run.returncode == 2
    assert error in run.stderr
    assert run.stderr.count("\n") == 1


@not_here(sys.platform in ("win32", "darwin"), "there, every name is Unicode")
def test_a_name_that_is_not_utf8_gets_its_row(course: SmallCourse, tmp_path: Path) -> None:
    for student, answer in [(b"caf\xe9", RIGHT), (b"no\xe9", "def f():\n    return '\\udce9'\n")]:
        folder = tmp_path / "class" / os.fsdecode(student)
        folder.mkdir(parents=True)
        (folder / FILE).write_text(answer, encoding="utf-8")
    (tmp_path / "class" / os.fsdecode(b"\xe9.zip")).touch()
    run = grade_class("class")
    assert run.returncode == 1
    assert "\ufffd (\ufffd.zip can't be unpacked" in run.stderr
    table = rows(tmp_path / "class-grades")
    assert {student: row["ex90"] for student, row in table.items()} == {"caf\ufffd": "1", "no\ufffd": "0", "\ufffd": ""}


def test_a_path_that_the_terminal_cant_show(course: SmallCourse, tmp_path: Path) -> None:
    (tmp_path / "class" / "ada").mkdir(parents=True)
    command = [sys.executable, "-m", "chatlab.grading.classroom", "class", "--output", "\N{SNAKE}"]
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "1"}
    run = subprocess.run(command, capture_output=True, encoding="ascii", env=environment, timeout=120, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout.rstrip().endswith(r"\U0001f40d" + os.sep + "grades.html")


TWO = """
[ex91_other]
title = "Other"
lesson = "00_start_here"
objective = "Nothing."
points = 1
minutes = 1
hints = ["a", "b", "c"]
"""


def test_exercises_in_a_folder_each_are_graded_together(course: SmallCourse, tmp_path: Path) -> None:
    with (course.folder / "exercises.toml").open("a", encoding="utf-8") as manifest:
        manifest.write(TWO)
    shutil.copy(course.folder / f"test_{FILE}", course.folder / "test_ex91_other.py")
    handed_in = {
        "bob/ex90": FILE,
        "bob/ex91": "ex91_other.py",
        "bob/solutions": FILE,
        "eve/ex90": FILE,
        "eve/ex91": "ex91_other.py",
        "eve/old": FILE,
        "fay": FILE,
        "fay/solutions": "ex91_other.py",
    }
    for folder, file in handed_in.items():
        (tmp_path / "class" / folder).mkdir(parents=True)
        wrong = folder.endswith(("old", "bob/solutions"))
        (tmp_path / "class" / folder / file).write_text("" if wrong else RIGHT, encoding="utf-8")
    assert grade_class("class").returncode == 0
    table = rows(tmp_path / "class-grades")
    assert {student: (row["ex90"], row["ex91"]) for student, row in table.items()} == {
        "bob": ("1", "1"),
        "eve": ("0", "1"),
        "fay": ("1", "0"),  # a model answer is nobody's own
    }, table
    assert table["eve"]["stuck at"] == f"ex90: {FILE} is there twice, and not the same: in ex90 and old."


@pytest.mark.parametrize("code", ["import nowhere_to_be_found", "def test(:", "1 / 0"])
def test_a_private_check_that_cant_be_loaded_is_said_before_anybody_is_graded(
    code: str, course: SmallCourse, submissions: Path, tmp_path: Path
) -> None:
    private = tmp_path / "private"
    private.mkdir()
    (private / f"test_{FILE}").write_text(f"{code}\n", encoding="utf-8")
    run = grade_class(submissions, f"--checks={private}")
    assert run.returncode == 2
    assert run.stderr.startswith("checks that can't be loaded: ")
    assert f"private/test_{FILE} (to see why: " in run.stderr
    assert run.stderr.count("\n") == 1


def test_who_stops_early_starts_no_more(
    course: SmallCourse, submissions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stops: list[threading.Event] = []

    def grade(*arguments: Any, **__: Any) -> Outcome:
        *_, stop = arguments
        stops.append(stop)
        if len(stops) > 1:
            assert stop.wait(LIMIT)
        return Outcome((), "no result.")

    monkeypatch.setattr(grading, "grade_in_child", grade)
    grader = Classroom(read_manifest(course.folder), course.folder, None, 300)
    hand_ins = [HandIn(name, ((name, submissions / name),)) for name in ("ada", *["dan"] * 10)]
    with closing(grader.grade_all(hand_ins, jobs=3)) as graded:
        assert next(graded)[1].outcome.failure == "no result."
    assert len(stops) <= 4
    assert all(stop.is_set() for stop in stops)


def test_a_grading_that_is_stopped_leaves_no_process(course: SmallCourse, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    answer = f"def f():\n    import pathlib, time\n    pathlib.Path({str(begun)!r}).touch()\n    time.sleep(300)\n"
    (course.folder / FILE).write_text(answer, encoding="utf-8")
    before = psutil.Process().children(recursive=True)
    stop = threading.Event()
    arguments = (read_manifest(course.folder), [str(course.folder), "--limit=300"], tmp_path, 300.0, stop)
    with ThreadPoolExecutor() as pool:
        outcome = pool.submit(grade_in_child, *arguments)
        try:
            deadline = time.monotonic() + LIMIT
            while not begun.exists() and not outcome.done() and time.monotonic() < deadline:
                threading.Event().wait(0.05)
            assert begun.exists()
            started = [child for child in psutil.Process().children(recursive=True) if child not in before]
        finally:
            stop.set()
        assert outcome.result(LIMIT).grades == ()
    _, alive = psutil.wait_procs(started, timeout=LIMIT)
    assert alive == []
