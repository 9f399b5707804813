"""A check that ends its Python costs itself alone, and its message says where, as far as that can be known."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from chatlab.grading.attempt import time_limit
from chatlab.grading.pytest_plugin.journal import Journal
from chatlab.grading.pytest_plugin.last_words import LastWords
from tests.grading.course import run_pytest
from tests.grading.small_course import FILE, SmallCourse
from tests.systems import not_here

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
    return f"import os, signal, threading, time\ndef f(number):\n    {body}\n"


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
    message = SmallCourse(tmp_path, CHECKS, answer("if number == 1: os.abort()")).run()[1]["message"]
    assert message["saw"].startswith("It ended its Python: ")
    assert message["where"] == f"{FILE}, line 3, in f\n    if number == 1: os.abort()"


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
    body = "if number == 1: threading.Thread(target=lambda: os.abort()).start(); time.sleep(60)"
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


@not_here(sys.version_info < (3, 11), "Python can't leave the current folder out of its path")
def test_a_learners_module_does_not_hide_pythons_own_from_the_worker(tmp_path: Path) -> None:
    course = SmallCourse(tmp_path, CHECKS, answer("pass"))
    for name in ("socket", "queue", "threading"):
        (course.folder / f"{name}.py").write_text("raise OSError('not this one')\n", encoding="utf-8")
    command = [sys.executable, "-c", "import sys; sys.path.pop(0); import pytest; sys.exit(pytest.main())"]
    assert subprocess.run(command, cwd=course.folder, timeout=100, check=False).returncode == 0


DUMP = f"""\
{{"exercise": "ex90_small"}}
Fatal Python error: Segmentation fault

Thread 0x1 (most recent call first):
  File "/x/{FILE}", line 1 in bystander

Current thread 0x2 (most recent call first):
  File "/x/test_{FILE}", line 2 in check
  File "/x/{FILE}", line 3 in culprit

Thread 0x3 (most recent call first):
  File "/x/{FILE}", line 4 in checked
  File "{time_limit.__file__}", line 62 in run
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
    assert words.line_in(FILE) == (4, "checked")


def test_last_words_that_are_missing_or_cut_short_are_unknown(tmp_path: Path) -> None:
    assert LastWords.read(tmp_path / "journal") == LastWords(None, "")
    for text in ["", '{"exercise": "ex', "Fatal Python error: Aborted\n"]:
        (tmp_path / "journal").write_text(text, encoding="utf-8")
        assert LastWords.read(tmp_path / "journal") == LastWords(None, text)


def test_what_cant_be_written_leaves_the_journal_as_it_was(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    journal.write({"doing": "Called f(1)."})
    with pytest.raises(TypeError):
        journal.write({"doing": object()})
    journal._file.close()
    assert LastWords.read(tmp_path / "journal").record == {"doing": "Called f(1)."}


GC = "__import__('gc')"
# What was there before the checks began is frozen, and in no list.
JOURNALS = f"[each for each in {GC}.unfreeze() or {GC}.get_objects() if type(each).__name__ == 'Journal']"


def test_an_end_with_an_empty_journal_costs_that_check_alone(tmp_path: Path) -> None:
    body = f"if number == 1: [each._file.truncate(0) for each in {JOURNALS}]; {KILL}"
    checks = SmallCourse(tmp_path, CHECKS, answer(body)).run()
    assert states(checks) == ["done", "not yet right", "done", "done", "done"]
    assert checks[1]["message"]["did"] == "Made the check test_1."


def test_an_end_with_an_empty_journal_shows_nothing_of_a_private_check(tmp_path: Path) -> None:
    body = f"number == 9 and ([each._file.truncate(0) for each in {JOURNALS}], {KILL})"
    course = SmallCourse(tmp_path, CHECKS, answer(body))
    private = tmp_path / "private"
    private.mkdir()
    (private / f"test_{FILE}").write_text("def test_secret(learner): learner.f(9)\n", encoding="utf-8")
    *public, last = course.run(f"--checks={private}")
    assert states(public) == ["done"] * 5
    assert last == {"title": "a private check", "state": "not yet right", "message": None, "private": True, "share": 0}


def test_a_worker_that_the_code_under_check_breaks_costs_one_check(tmp_path: Path) -> None:
    body = f"if number == 1: [setattr(type(each), 'write', None) for each in {JOURNALS}]"
    assert states(SmallCourse(tmp_path, CHECKS, answer(body)).run()) == [
        "done",
        "done",
        "not yet right",
        "done",
        "done",
    ]


def test_a_worker_does_not_depend_on_what_the_code_under_check_may_replace(tmp_path: Path) -> None:
    checks = SmallCourse(tmp_path, CHECKS, answer("__import__('json').dumps = None")).run()
    assert states(checks) == ["done"] * 5


def test_what_acts_on_a_terminal_is_taken_from_the_code_and_the_name_of_the_step(tmp_path: Path) -> None:
    course = SmallCourse(
        tmp_path,
        'def test_it(learner, attempt):\n    attempt.did("Called \\x1b[31mf.")\n    learner.f()\n',
        "import os\ndef f():\n    '\x1b[31m'; os.abort()\n",
    )
    message = course.message()
    assert message["did"] == "Called [31mf."
    assert message["where"].endswith("    '[31m'; os.abort()")


@not_here(not hasattr(os, "fork"), "Windows does not fork")
@pytest.mark.parametrize("end", ["pass", KILL], ids=["the worker goes on", "the worker dies"])
def test_a_child_that_lives_on_does_not_keep_the_run_waiting(end: str, tmp_path: Path) -> None:
    over = tmp_path / "over"
    lines = [
        "if number == 1:",
        "    if os.fork() == 0:",
        f"        while not os.path.exists({str(over)!r}): time.sleep(0.05)",
        "        os._exit(0)",
        f"    {end}",
    ]
    course = SmallCourse(tmp_path, CHECKS, answer("\n    ".join(lines)))
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]
    environment = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    try:
        code = subprocess.run(  # the child has the output, too: as a pipe, it would be open for as long
            command,
            cwd=course.folder,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=100,
            check=False,
        ).returncode
    finally:
        over.touch()
    assert code == (0 if end == "pass" else 1)
