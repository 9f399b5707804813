"""A check that ends its Python costs itself alone, and its message says where, as far as that can be known."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from chatlab.grading.journal import LastWords
from tests.grading.course import run_pytest
from tests.grading.small_course import FILE, SmallCourse

# Each learner.f is told the number of its check.
CHECKS = """
    def test_0(learner, attempt):
        learner.f(0)
    def test_1(learner, attempt):
        attempt.did("Called f(1).")
        learner.f(1)
    def test_2(learner):
        learner.f(2)
    def test_3(learner):
        learner.f(3)
    def test_4(learner):
        learner.f(4)
"""


def answer(body: str) -> str:
    return f"import ctypes, os, signal, threading, time\ndef f(number):\n    {body}\n"


def states(checks: list[dict[str, str]]) -> list[str]:
    return [check["state"] for check in checks]


KILL = "os.kill(os.getpid(), getattr(signal, 'SIGKILL', signal.SIGTERM))"


@pytest.mark.parametrize("number", [1, 4], ids=["in between", "the last"])
def test_the_checks_behind_it_are_made(number: int, tmp_path: Path) -> None:
    checks = SmallCourse(tmp_path, CHECKS, answer(f"if number == {number}: {KILL}")).run()
    assert states(checks) == ["not yet right" if at == number else "done" for at in range(5)]


def test_several_in_a_row_cost_themselves(tmp_path: Path) -> None:
    checks = SmallCourse(tmp_path, CHECKS, answer(f"if number in (1, 2, 4): {KILL}")).run()
    assert states(checks) == ["done", "not yet right", "not yet right", "done", "not yet right"]


def test_when_the_first_one_dies_the_others_wait(tmp_path: Path) -> None:
    checks = SmallCourse(tmp_path, CHECKS, answer(f"if number == 0: {KILL}")).run()
    assert states(checks) == ["not yet right", *["waiting"] * 4]


def test_an_end_without_a_word(tmp_path: Path) -> None:
    message = SmallCourse(tmp_path, CHECKS, answer(f"if number == 1: {KILL}")).run()[1]["message"]
    assert message["did"] == "Called f(1)."
    assert message["saw"] == "It ended its Python without a word."


def test_a_crash_of_python_is_located(tmp_path: Path) -> None:
    message = SmallCourse(tmp_path, CHECKS, answer("if number == 1: ctypes.string_at(0)")).run()[1]["message"]
    assert message["saw"].startswith("It ended its Python: ")
    assert message["where"] == f"{FILE}, line 3, in f\n    if number == 1: ctypes.string_at(0)"


def test_what_nothing_interrupts_is_located_and_the_rest_is_made(tmp_path: Path) -> None:
    checks = SmallCourse(tmp_path, CHECKS, answer("if number == 1: 10 ** 10 ** 10")).run()
    assert states(checks) == ["done", "not yet right", "done", "done", "done"]
    assert checks[1]["message"]["saw"].startswith("It had not ended after 1 s, and nothing could interrupt it")
    assert checks[1]["message"]["where"].startswith(f"{FILE}, line 3, in f")


@pytest.mark.parametrize("way", ["10 ** 10 ** 10", "time.sleep(60)"])
def test_when_two_had_to_be_stopped_the_others_wait(way: str, tmp_path: Path) -> None:
    checks = SmallCourse(tmp_path, CHECKS, answer(f"if number: {way}")).run()
    assert states(checks) == ["done", "not yet right", "not yet right", "waiting", "waiting"]


def test_a_thread_that_dies_later_is_not_blamed_on_another_check(tmp_path: Path) -> None:
    body = "if number == 1: threading.Thread(target=lambda: ctypes.string_at(0)).start(); time.sleep(60)"
    checks = SmallCourse(tmp_path, CHECKS, answer(body)).run()
    assert states(checks) == ["done", "not yet right", "done", "done", "done"]


def test_in_one_process_all_goes_as_with_a_worker(tmp_path: Path) -> None:
    course = SmallCourse(tmp_path, CHECKS, answer("if number == 1: os._exit(3)"))
    assert course.run("-n0") == course.run()


def test_a_worker_that_cant_start_ends_the_run(tmp_path: Path) -> None:
    course = SmallCourse(tmp_path, CHECKS, answer("pass"))
    with (course.folder / "conftest.py").open("a", encoding="utf-8") as conftest:
        conftest.write("import os\nif 'PYTEST_XDIST_WORKER' in os.environ: os._exit(3)\n")
    run = run_pytest(course.folder)
    assert run.returncode != 0
    assert "the process that makes the checks could not start" in run.stdout


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python can't leave the current folder out of its path")
def test_a_learners_module_does_not_hide_pythons_own_from_the_worker(tmp_path: Path) -> None:
    course = SmallCourse(tmp_path, CHECKS, answer("pass"))
    for name in ("socket", "queue", "threading"):
        (course.folder / f"{name}.py").write_text("raise OSError('not this one')\n", encoding="utf-8")
    command = [sys.executable, "-c", "import sys; sys.path.pop(0); import pytest; sys.exit(pytest.main())"]
    assert subprocess.run(command, cwd=course.folder, timeout=60, check=False).returncode == 0


DUMP = f"""\
{{"exercise": "ex90_small"}}
Fatal Python error: Segmentation fault

Thread 0x1 (most recent call first):
  File "/x/{FILE}", line 1 in other
  File "/x/limit.py", line 62 in run

Current thread 0x2 (most recent call first):
  File "/x/test_{FILE}", line 2 in check
  File "/x/{FILE}", line 3 in culprit
"""


def test_last_words_name_the_thread_that_crashed(tmp_path: Path) -> None:
    (tmp_path / "journal").write_text(DUMP, encoding="utf-8")
    words = LastWords.read(tmp_path / "journal")
    assert words.fault == "Segmentation fault"
    assert not words.was_stuck
    assert words.line_in(FILE) == (3, "culprit")


def test_last_words_name_the_thread_of_the_check_that_was_stuck(tmp_path: Path) -> None:
    dump = DUMP.replace("Fatal Python error: Segmentation fault\n", "Timeout (0:00:08)!").replace("Current t", "T")
    (tmp_path / "journal").write_text(dump, encoding="utf-8")
    words = LastWords.read(tmp_path / "journal")
    assert words.was_stuck
    assert words.line_in(FILE) == (1, "other")
