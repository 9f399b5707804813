"""`pytest exercises/` as learners and teachers type it, and what is not to disturb it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from chatlab.service.this_python import this_pytest
from tests.grading.course import COURSE, EXERCISES, KEYS, MANIFEST, SOLUTIONS, grade, run_pytest
from tests.grading.small_course import SmallCourse

FIRST = MANIFEST[0]
WRONG_ANSWER = 'def greet(client, nickname):\n    client.say("Hello, " + nickname + 1)\n'
# Would make every exercise pass, and every run fail.
TAKEOVER = "def pytest_collection_modifyitems(items):\n    items.clear()\n"


@pytest.fixture
def submission(tmp_path: Path) -> Path:
    folder = tmp_path / "submission"
    folder.mkdir()
    (folder / FIRST.file).write_text(WRONG_ANSWER, encoding="utf-8")
    return folder


def test_untouched_stubs_end_in_a_table_that_says_what_to_do_first() -> None:
    run = run_pytest("exercises")
    assert run.returncode == 1
    rows = [re.split("  +", line) for line in run.stdout.splitlines()]
    assert [f"{FIRST.key} {FIRST.title}", "not started", "0 of 1", f"open exercises/{FIRST.file} (5 minutes)"] in rows
    assert f"A hint: {this_pytest()} exercises --hint ex00" in run.stdout
    assert "Traceback" not in run.stdout + run.stderr


def test_when_all_is_done_the_exit_code_is_0() -> None:
    run = run_pytest("exercises", "--submission", "solutions")
    assert run.returncode == 0
    assert f"{len(MANIFEST)} of {len(MANIFEST)} done" in run.stdout


def test_a_failure_says_three_lines_and_where(submission: Path) -> None:
    run = run_pytest("exercises", f"--submission={submission}")
    assert run.returncode == 1
    lines = [line.strip() for line in run.stdout.splitlines()]
    start = lines.index(f"{FIRST.key} {FIRST.title}: not yet right")
    did, saw, means, _, where, code = lines[start + 1 : start + 7]
    assert did == 'Called greet(client, "ada") in a room where bob reads along.'
    assert saw.startswith("TypeError: ")
    assert means.endswith(f'Read again: {FIRST.reading}, "{FIRST.section}"')
    assert where == f"{FIRST.file}, line 2, in greet"
    assert code == 'client.say("Hello, " + nickname + 1)'
    assert "Traceback" not in run.stdout


def test_tracebacks_are_shown_on_request(submission: Path) -> None:
    run = run_pytest("exercises", f"--submission={submission}", "--tracebacks")
    assert "Traceback (most recent call last)" in run.stdout


def test_it_works_from_any_folder(tmp_path: Path) -> None:
    checks = EXERCISES / FIRST.checks
    assert run_pytest(checks, "--rootdir=/", f"--submission={SOLUTIONS}", cwd=tmp_path).returncode == 0
    assert run_pytest(FIRST.checks, "--submission=../solutions", cwd=EXERCISES).returncode == 0


@pytest.mark.parametrize("before", [True, False], ids=["DIR exercises", "exercises DIR"])
def test_tests_and_settings_of_a_submission_have_no_say(before: bool, submission: Path) -> None:
    (submission / "conftest.py").write_text(TAKEOVER, encoding="utf-8")
    (submission / FIRST.checks).write_text("def test_passes(): pass\n", encoding="utf-8")
    (submission / "socket.py").write_text("raise RuntimeError('not this one')\n", encoding="utf-8")
    chosen = ("--submission", submission)
    run = run_pytest(*chosen, "exercises") if before else run_pytest("exercises", *chosen)
    assert run.returncode == 1
    assert "TypeError" in run.stdout
    assert "socket" not in run.stdout


def test_a_submission_may_be_a_copy_of_the_exercises(tmp_path: Path) -> None:
    copy = shutil.copytree(EXERCISES, tmp_path / "exercises", ignore=shutil.ignore_patterns("__pycache__"))
    before = sorted(copy.rglob("*"))
    shutil.copy(SOLUTIONS / FIRST.file, copy)
    checks = f"exercises/{FIRST.checks}"
    assert run_pytest(checks, f"--submission={copy}").returncode == 0
    assert sorted(copy.rglob("*")) == before
    assert run_pytest(checks, "--submission", copy).returncode == 0


def test_a_course_whose_path_has_a_blank_and_an_umlaut(tmp_path: Path) -> None:
    course = tmp_path / "Ein Kurs für Ada"
    copy = shutil.copytree(EXERCISES, course / "exercises", ignore=shutil.ignore_patterns("__pycache__"))
    run = run_pytest(f"exercises/{FIRST.checks}", cwd=course)
    assert run.returncode == 1
    assert re.search(rf"{FIRST.title} +not started", run.stdout)
    shutil.copytree(SOLUTIONS, course / "solutions", ignore=shutil.ignore_patterns("__pycache__"))
    assert run_pytest(f"exercises/{FIRST.checks}", "--submission=solutions", cwd=course).returncode == 0
    (copy / FIRST.file).write_text(WRONG_ANSWER, encoding="utf-8")
    run = run_pytest(copy / FIRST.checks, f"--submission={copy}", cwd=tmp_path)
    assert f"{FIRST.file}, line 2, in greet" in run.stdout
    assert run.stderr == ""


def test_a_course_that_is_read_only(tmp_path: Path) -> None:
    """For root, whom no permission stops, a file stands where pytest would keep its cache."""
    course = SmallCourse(tmp_path, "def test_it(learner):\n    learner.f()\n", "def f():\n    pass\n")
    (tmp_path / "pyproject.toml").write_text(
        "[tool.pytest.ini_options]\nfilterwarnings = ['error']\n", encoding="utf-8"
    )
    (tmp_path / ".pytest_cache").touch()
    command = [sys.executable, "-m", "pytest", str(course.folder)]
    run = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=120, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "1 of 1 done" in run.stdout


def test_a_folder_without_the_file_is_told_apart_from_no_folder(tmp_path: Path) -> None:
    run = run_pytest("exercises", f"--submission={tmp_path}")
    assert run.returncode == 1
    assert f"There is no {FIRST.file} in the folder {tmp_path.name}/." in run.stdout
    assert "correct" not in run.stdout  # no path is named that does not exist
    run = run_pytest("exercises", "--submission=nowhere")
    assert run.returncode == 4
    assert run.stderr.strip() == "ERROR: --submission nowhere: there is no such folder"


@pytest.mark.parametrize("handed_in", ["ada", "ada/exercises"])
def test_the_folder_of_a_class_leads_to_the_program_that_grades_one(handed_in: str, tmp_path: Path) -> None:
    for folder in (tmp_path / handed_in, tmp_path / handed_in.replace("ada", "bob")):
        folder.mkdir(parents=True)
        (folder / FIRST.file).write_text(f"{WRONG_ANSWER}  # {folder}", encoding="utf-8")
    run = run_pytest("exercises", f"--submission={tmp_path}")
    assert run.returncode == 4
    assert run.stderr.strip() == (
        f"ERROR: --submission {tmp_path}: it holds folders of several people (ada, bob): give the folder above the "
        f"students. python -m chatlab.grading.classroom {tmp_path} grades a class"
    )


def test_a_socket_left_open_is_named_and_does_not_end_the_run(submission: Path) -> None:
    leaky = (
        "import gc, socket\n"
        "gc.disable()\n"
        "def greet(client, nickname):\n"
        "    cycle = [socket.socket()]\n"
        "    cycle.append(cycle)\n"
        "    client.say(f'Hello, {nickname}!')\n"
    )
    (submission / FIRST.file).write_text(leaky, encoding="utf-8")
    run = run_pytest(f"exercises/{FIRST.checks}", f"--submission={submission}")
    assert run.returncode == 1
    assert run.stderr == ""
    assert "When all was over, a socket of your code was still open." in run.stdout
    assert f"{FIRST.file}, line 4, in greet" in run.stdout


def test_the_help_lists_the_options() -> None:
    run = run_pytest("exercises", "--help")
    assert run.returncode == 0
    assert "--submission=DIR" in run.stdout


def test_a_hint_at_a_time() -> None:
    run = run_pytest("exercises", "--hint", "ex00")
    assert run.returncode == 0
    first, following = run.stdout.splitlines()
    assert first == f"ex00 {FIRST.title}, hint 1 of 3: {FIRST.hints[0]}"
    assert following == "The next one: --hint ex00:2"
    assert run_pytest("--hint", "ex00:3", cwd=EXERCISES).stdout.endswith(f"hint 3 of 3: {FIRST.hints[2]}\n")


def test_a_hint_is_for_the_terminal_that_shows_it() -> None:
    """As Python says it, which is not UTF-8 on every Windows; what it lacks is a question mark."""
    command = [sys.executable, "-m", "pytest", "exercises", "--hint", "ex00:3"]
    run = subprocess.run(
        command, cwd=COURSE, env=os.environ | {"PYTHONIOENCODING": "ascii"}, capture_output=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.decode("ascii").startswith(f"ex00 {FIRST.title}, hint 3 of 3: ")
    assert "(?)" in run.stdout.decode("ascii")


@pytest.mark.parametrize(
    ("wanted", "answer"),
    [
        ("ex99", f"there is no exercise 'ex99': choose from {KEYS}"),
        ("ex00:4", "ex00 has the hints ex00:1 to ex00:3"),
        ("ex00:x", "ex00 has the hints ex00:1 to ex00:3"),
    ],
)
def test_a_hint_that_is_not_there(wanted: str, answer: str) -> None:
    run = run_pytest("exercises", "--hint", wanted)
    assert run.returncode == 4
    assert run.stderr.strip() == f"ERROR: --hint {wanted}: {answer}"


def test_the_check_of_an_exercise_waits_for_its_first(submission: Path) -> None:
    [graded] = grade(submission, EXERCISES / FIRST.checks)
    assert [check["state"] for check in graded["checks"]] == ["not yet right", "waiting"]


def test_a_fault_of_the_check_is_not_the_learners(tmp_path: Path) -> None:
    course = shutil.copytree(EXERCISES, tmp_path / "exercises", ignore=shutil.ignore_patterns("__pycache__"))
    with (course / FIRST.checks).open("a", encoding="utf-8") as checks:
        checks.write("\n\n@pytest.fixture\ndef server():\n    raise OSError('no ports left')\n")
    [graded] = grade(SOLUTIONS, course / FIRST.checks)
    assert graded["state"] == "not yet right"
    assert graded["checks"][0]["message"]["saw"] == "The check itself failed: OSError: no ports left"


def test_a_plain_assertion_of_a_check_is_what_the_learner_reads(tmp_path: Path) -> None:
    course = SmallCourse(tmp_path, "def test_it(learner):\n    assert learner.f() == 42\n", "def f():\n    return 41\n")
    message = course.message()
    assert message["saw"].startswith("assert 41 == 42")
    assert message["means"].startswith("The check expects this of your code")


def test_what_works_in_the_main_thread_alone_is_explained(tmp_path: Path) -> None:
    answer = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_DFL)\n"
    message = SmallCourse(tmp_path, "def test_it(learner):\n    learner.f()\n", answer).message()
    assert message["means"].startswith("Usually: checks run your code in a thread")


def test_junit_reports_carry_the_message(submission: Path, tmp_path: Path) -> None:
    run_pytest("exercises", f"--submission={submission}", f"--junitxml={tmp_path / 'junit.xml'}")
    assert f"Read again: {FIRST.reading}" in (tmp_path / "junit.xml").read_text(encoding="utf-8")


def test_from_a_folder_beside_the_exercises() -> None:
    run = run_pytest(f"../exercises/{FIRST.checks}", "--submission=../solutions", cwd=COURSE / "notebooks")
    assert run.returncode == 0
    assert "1 of 1 done" in run.stdout


def test_the_name_of_a_stub_stands_for_its_checks() -> None:
    run = run_pytest(f"exercises/{FIRST.file}", "--submission=solutions")
    assert run.returncode == 0
    assert "1 of 1 done" in run.stdout


def test_who_makes_some_of_the_checks_gets_no_points_for_them() -> None:
    run = run_pytest(f"exercises/{FIRST.checks}::test_says_hello", "--submission=solutions")
    assert run.returncode == 0
    assert "0 of 1 done" in run.stdout
    assert "1 of its checks were not made" in run.stdout


@pytest.mark.parametrize(
    ("option", "error"),
    [
        ("--limit=0", "argument --limit: '0' is not a number of 0.01 or more"),
        ("--limit=nan", "argument --limit: 'nan' is not a number of 0.01 or more"),
        ("--grades=nowhere/grades.json", "--grades nowhere/grades.json: there is no folder"),
    ],
)
def test_an_option_of_no_use_is_told_before_anything_is_checked(option: str, error: str) -> None:
    run = run_pytest("exercises", option)
    assert run.returncode == 4
    assert error in run.stderr
    assert "Traceback" not in run.stderr
