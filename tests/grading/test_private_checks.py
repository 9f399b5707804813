"""--checks DIR: they count, and nobody learns more than how many there are and how many passed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chatlab.grading.course import read_manifest
from chatlab.grading.private_checks import problem_with
from tests.grading.course import run_pytest
from tests.grading.small_course import FILE, SmallCourse

PUBLIC = """
    def test_it(learner):
        learner.f()
"""
PRIVATE = """
    from chatlab.grading import NotYetRight
    def test_secret_one(learner, attempt):
        "secret title"
        attempt.did("Did the secret.")
        learner.f()
    def test_secret_two(learner):
        if learner.f() != 42:
            raise NotYetRight("Saw the secret.", "Means the secret.")
"""
RIGHT, WRONG = "def f():\n    return 42\n", "def f():\n    print('x')\n"


class Run:
    """The output, the reports and the exit code of a run with every report there is."""

    def __init__(self, folder: Path, answer: str, *options: str) -> None:
        course = SmallCourse(folder, PUBLIC, answer)
        private = folder / "private"
        private.mkdir()
        (private / f"test_{FILE}").write_text(PRIVATE.replace("\n    ", "\n"), encoding="utf-8")
        grades, gradescope, junit = (folder / name for name in ("grades.json", "results.json", "junit.xml"))
        files = f"--grades={grades}", f"--gradescope={gradescope}", f"--junitxml={junit}"
        self.process = run_pytest(
            course.folder, f"--checks={private / '..' / private.name}", *files, "-v", "-ra", "--durations=9", *options
        )
        [self.grade] = json.loads(grades.read_text(encoding="utf-8"))
        self.junit = junit.read_text(encoding="utf-8")
        self.gradescope = json.loads(gradescope.read_text(encoding="utf-8"))
        self.shown = "\n".join(
            (self.process.stdout, self.process.stderr, self.junit, *map(json.dumps, (self.grade, self.gradescope)))
        )


@pytest.mark.parametrize("options", [(), ("-n0",), ("--tracebacks",)], ids=["worker", "one process", "tracebacks"])
def test_a_private_check_that_fails_counts_and_stays_private(options: tuple[str, ...], tmp_path: Path) -> None:
    run = Run(tmp_path, WRONG, *options)
    assert run.process.returncode == 1
    assert run.grade["points"] == 0
    assert [check["state"] for check in run.grade["checks"]] == ["done", "done", "not yet right"]
    assert "1 of 2 private checks passed. What they check is not shown." in run.process.stdout
    assert "private check 2" in run.junit
    assert 'failures="1"' in run.junit
    assert run.gradescope["tests"][0]["status"] == "failed"
    assert "secret" not in run.shown.lower()


def test_when_all_pass_it_is_said_that_there_were_private_ones(tmp_path: Path) -> None:
    run = Run(tmp_path, RIGHT)
    assert run.process.returncode == 0
    assert run.grade["points"] == 1
    assert "2 of 2 private checks passed" in run.process.stdout
    assert "2 of 2 private checks passed" in run.gradescope["tests"][0]["output"]
    assert "secret" not in run.shown.lower()


def test_they_wait_for_the_first_public_check(tmp_path: Path) -> None:
    run = Run(tmp_path, "def f():\n    raise NotImplementedError\n")
    assert [check["state"] for check in run.grade["checks"]] == ["not started", "waiting", "waiting"]
    assert run.grade["state"] == "not started"


def test_a_private_check_that_ends_its_python_stays_private(tmp_path: Path) -> None:
    answer = """
        import ctypes, sys
        def f():
            if sys._getframe(1).f_code.co_name != "test_it":
                ctypes.string_at(0)
    """
    run = Run(tmp_path, answer)
    assert [check["state"] for check in run.grade["checks"]] == ["done", "not yet right", "not yet right"]
    assert "0 of 2 private checks passed" in run.process.stdout
    assert "secret" not in run.shown.lower()


def test_a_folder_that_is_not_there_or_is_the_public_one(tmp_path: Path) -> None:
    course = SmallCourse(tmp_path, PUBLIC, RIGHT)
    run = run_pytest(course.folder, "--checks=nowhere")
    assert run.returncode == 4
    assert run.stderr.strip() == "ERROR: --checks nowhere: there is no such folder"
    run = run_pytest(course.folder, f"--checks={course.folder}")
    assert run.returncode == 4
    assert "private checks are in a folder of their own" in run.stderr


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ([], f"holds no checks: their files have the names of the public ones, such as test_{FILE}"),
        (["readme.txt"], "holds no checks"),
        (["test_ex90.py"], f"test_ex90.py is the name of no exercise's checks: test_{FILE}?"),
        (["test_ex77_nothing.py", f"test_{FILE}"], "test_ex77_nothing.py is the name of no exercise's checks"),
    ],
)
def test_files_that_would_check_nothing_are_refused(files: list[str], problem: str, tmp_path: Path) -> None:
    """Else nobody would notice that all have full marks."""
    course = SmallCourse(tmp_path, PUBLIC, RIGHT)
    private = tmp_path / "private"
    private.mkdir()
    for file in files:
        (private / file).write_text("def test_it(learner): learner.f()\n", encoding="utf-8")
    run = run_pytest(course.folder, f"--checks={private}")
    assert run.returncode == 4
    assert run.stderr.startswith(f"ERROR: --checks {private}: ")
    assert problem in run.stderr
    assert run.stderr.strip().count("\n") == 0


def test_the_teacher_is_shown_what_they_say(tmp_path: Path) -> None:
    run = Run(tmp_path, WRONG, "--show-private")
    assert "Saw the secret. \n    Means the secret." in run.process.stdout.replace("secret.\n", "secret. \n")
    assert [check["title"] for check in run.grade["checks"]][1:] == ["secret title", "test_secret_two"]


@pytest.mark.parametrize(
    ("model", "problem"),
    [(RIGHT, ""), (WRONG, "the model answer of ex90 does not pass the private check 'test_secret_two': Saw")],
)
def test_before_a_class_the_model_answers_are_tried(model: str, problem: str, tmp_path: Path) -> None:
    course = SmallCourse(tmp_path, PUBLIC, RIGHT)
    for folder, file, text in (
        ("solutions", FILE, model),
        ("private", f"test_{FILE}", PRIVATE.replace("\n    ", "\n")),
    ):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / file).write_text(text, encoding="utf-8")
    found = problem_with(tmp_path / "private", course.folder, read_manifest(course.folder), 60)
    assert found.startswith(problem)
    assert bool(found) == bool(problem)


def test_one_that_is_no_python_is_said_by_pytest_alone(tmp_path: Path) -> None:
    course = SmallCourse(tmp_path, "def test_it(learner):\n    learner.f()\n", "def f():\n    pass\n")
    private = tmp_path / "private"
    private.mkdir()
    (private / f"test_{FILE}").write_text("def test(:\n", encoding="utf-8")
    run = run_pytest(course.folder, f"--checks={private}")
    assert "SyntaxError: invalid syntax" in run.stdout
    assert "Traceback" not in run.stdout + run.stderr
