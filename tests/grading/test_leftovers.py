"""What a learner's code starts and does not end, and threads that crash, are named with their line."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import threading
from pathlib import Path

import pytest

from chatlab.grading.attempt.accidents import Exited, exit_in
from chatlab.grading.attempt.learner_file import LearnerFile
from chatlab.grading.attempt.leftovers import Watch
from tests.grading.small_course import FILE, SmallCourse

CALLS_F = """
    def test_it(learner):
        learner.f()
"""
# The thread ends, in whatever way, before f does.
IN_A_THREAD = """
import os, sys, threading
def g():
    {0}
def f():
    thread = threading.Thread(target=g)
    thread.start()
    thread.join()
"""


def message_for(answer: str, tmp_path: Path, checks: str = CALLS_F) -> dict[str, str]:
    return SmallCourse(tmp_path, checks, answer).message("-n0")


@pytest.mark.parametrize(
    ("line", "saw", "means"),
    [
        ("undefined", "A thread of your code had ended with NameError: name 'undefined' is not", "a misspelling"),
        ("[][1]", "A thread of your code had ended with IndexError: list index out of range.", "Python stopped at"),
        ("os._exit(1)", "Your code ended the program: os._exit().", "Let the function return"),
        ("while True: print('x' * 10_000)", "It printed more than 1,000,000 characters", "A loop that prints"),
    ],
)
def test_a_crashed_thread_is_named(line: str, saw: str, means: str, tmp_path: Path) -> None:
    message = message_for(IN_A_THREAD.format(line), tmp_path)
    assert message["saw"].startswith(saw)
    assert means in message["means"]
    assert message["where"].startswith(f"{FILE}, line 4, in g")


def test_a_thread_that_ends_by_sys_exit_has_not_crashed(tmp_path: Path) -> None:
    [check] = SmallCourse(tmp_path, CALLS_F, IN_A_THREAD.format("sys.exit()")).run("-n0")
    assert check["state"] == "done"


def test_a_thread_that_never_began_is_located_where_it_was_started(tmp_path: Path) -> None:
    answer = "import threading\ndef f():\n    t = threading.Thread(target='g')\n    t.start()\n    t.join()\n"
    message = message_for(answer, tmp_path)
    assert "TypeError: 'str' object is not callable" in message["saw"]
    assert message["where"].startswith(f"{FILE}, line 4, in f")


WITH_A_VERDICT = """
    from chatlab.grading import NotYetRight
    def test_it(learner):
        learner.f()
        raise NotYetRight("Bob heard nothing.", "Say it.")
"""


def test_what_the_check_saw_stays_when_the_crash_depends_on_data(tmp_path: Path) -> None:
    message = message_for(IN_A_THREAD.format("int('x')"), tmp_path, WITH_A_VERDICT)
    assert message["saw"].startswith("Bob heard nothing. A thread of your code had ended with ValueError")
    assert message["means"].startswith("Say it.")


def test_a_slip_says_more_than_what_followed_from_it(tmp_path: Path) -> None:
    message = message_for(IN_A_THREAD.format("int.x"), tmp_path, WITH_A_VERDICT)
    assert message["saw"].startswith("A thread of your code had ended with AttributeError")


def test_a_verdict_that_a_thread_ran_into_is_the_verdict(tmp_path: Path) -> None:
    checks = """
        import threading
        from chatlab.grading import NotYetRight
        def test_it(learner):
            def scripted():
                raise NotYetRight("Called in a thread.", "Don't.")
            thread = learner.f(scripted)
            thread.join()
    """
    answer = "import threading\ndef f(call):\n    t = threading.Thread(target=call)\n    t.start()\n    return t\n"
    assert message_for(answer, tmp_path, checks)["saw"] == "Called in a thread."


LEFT_RUNNING = """
import threading
stop = threading.Event()
def f():
    threading.Thread(target=stop.wait, daemon=True).start()
"""


def test_a_thread_that_is_left_is_named(tmp_path: Path) -> None:
    message = message_for(LEFT_RUNNING, tmp_path)
    assert message["saw"] == "When all was over, a thread of your code was still running."
    assert message["where"].startswith(f"{FILE}, line 5, in f")


def test_a_thread_that_ends_with_the_fixtures_is_not_left(tmp_path: Path) -> None:
    checks = """
        import pytest
        @pytest.fixture
        def stop(learner):
            yield
            learner.stop.set()
        def test_it(learner, stop):
            learner.f()
    """
    [check] = SmallCourse(tmp_path, checks, LEFT_RUNNING).run("-n0")
    assert check["state"] == "done"


@pytest.mark.parametrize("answer", [LEFT_RUNNING, "import socket\ndef f():\n    global s\n    s = socket.socket()\n"])
def test_a_check_may_leave_things_running(answer: str, tmp_path: Path) -> None:
    checks = """
        def test_it(learner, attempt):
            attempt.leaves_running()
            learner.f()
    """
    [check] = SmallCourse(tmp_path, checks, answer).run("-n0")
    assert check["state"] == "done"


def test_what_was_started_before_the_check_is_left_whatever_the_check_leaves(tmp_path: Path) -> None:
    checks = "def test_it(learner, attempt):\n    attempt.leaves_running()\n"
    message = SmallCourse(tmp_path, checks, f"{LEFT_RUNNING}f()\n").message("-n0")
    assert message["saw"] == "When all was over, a thread of your code was still running."


@pytest.mark.parametrize(
    "line",
    [
        "global s; s = socket.socket()",
        "socket.socket()",  # nobody closes it, but CPython's garbage collector does
        "global s; s = socket.create_server(('127.0.0.1', 0))",
    ],
)
def test_a_socket_that_is_left_open_is_named(line: str, tmp_path: Path) -> None:
    message = message_for(f"import socket\ndef f():\n    {line}\n", tmp_path)
    assert message["saw"] == "When all was over, a socket of your code was still open."
    assert message["where"].startswith(f"{FILE}, line 3, in f")


def test_a_program_that_is_left_is_named(tmp_path: Path) -> None:
    answer = "import subprocess, sys\ndef f():\n    subprocess.Popen([sys.executable, '-c', 'input()'], stdin=-1)\n"
    message = message_for(answer, tmp_path)
    assert message["saw"] == "When all was over, a program that your code has started was still running."
    assert message["where"].startswith(f"{FILE}, line 3, in f")


def test_sockets_that_are_closed_or_not_the_learners_are_no_fault(tmp_path: Path) -> None:
    checks = """
        import socket
        left = []
        def test_it(learner):
            left.append(socket.socket())
            learner.f(lambda: left.append(socket.socket()))
    """
    answer = """
        import socket
        def f(call):
            call()
            with socket.socket():
                pass
            socket.socket().close()
    """
    [check] = SmallCourse(tmp_path, checks, answer).run("-n0")
    assert check["state"] == "done"


def test_afterwards_nothing_is_watched(tmp_path: Path) -> None:
    def watched() -> list[object]:
        opens = [socket.socket.__init__, subprocess.Popen.__init__]
        return [threading.Thread.start, threading.excepthook, *opens, os._exit]

    before = watched()
    watch = Watch(LearnerFile(tmp_path / FILE), tmp_path)
    watch.start()
    assert not set(before) & set(watched())
    watch.close()
    assert watched() == before


@pytest.mark.parametrize("caught", ["except Exception:", "except:", "except BaseException:"])
@pytest.mark.parametrize("waits", ["", "thread.join()"])
def test_a_verdict_counts_although_the_code_under_check_catches_it(caught: str, waits: str, tmp_path: Path) -> None:
    checks = """
        from chatlab.grading import NotYetRight
        def test_it(learner):
            def scripted():
                raise NotYetRight("Called twice.", "Call it once.")
            learner.f(scripted)
    """
    answer = f"def f(call):\n    try:\n        call()\n    {caught}\n        pass\n"
    if waits:
        answer = "import threading\n" + answer.replace("def f", "def g")
        answer += (
            f"def f(call):\n    thread = threading.Thread(target=g, args=(call,))\n    thread.start()\n    {waits}\n"
        )
    message = message_for(answer, tmp_path, checks)
    assert (message["saw"], message["where"].splitlines()[-1]) == ("Called twice.", "    call()")


def test_a_thread_of_an_earlier_check_is_its_own(tmp_path: Path) -> None:
    checks = """
        import threading
        def test_first(learner, attempt):
            attempt.leaves_running()
            learner.f()
        def test_second(learner):
            threads = threading.enumerate()
            crash = learner.sys.crash
            crash.set()
            for thread in threads:
                if thread.name == "left":
                    thread.join()
            while learner.sys.later.is_alive():
                pass
    """
    answer = """
        import sys, threading
        crash = threading.Event()
        if not hasattr(sys, "crash"):
            sys.crash = crash
        def wait():
            try:
                sys.crash.wait()
            except:  # it was asked to stop
                pass
            sys.later = threading.Thread(target=int, args=("started by it",))
            sys.later.start()
            raise ValueError("too late")
        def f():
            threading.Thread(target=wait, name="left", daemon=True).start()
    """
    first, second = SmallCourse(tmp_path, checks, answer).run("-n0")
    assert [first["state"], second["state"]] == ["done", "done"], second["message"]


def test_threads_that_start_threads_are_looked_through(tmp_path: Path) -> None:
    answer = """
        import threading
        def f():
            threading.Thread(target=f, daemon=True).start()
    """
    message = message_for(answer, tmp_path)
    assert message["saw"] == "When all was over, a thread of your code was still running."


def test_the_worker_itself_may_end_where_the_code_under_check_may_not() -> None:
    """execnet ends a worker when the grader is gone; on Windows, nothing else ends one whose code sleeps."""
    ends: list[int] = []
    leave = exit_in(os.getpid(), ends.append)
    for module in ("exercise", "execnet.gateway_base"):
        with contextlib.suppress(Exited):
            exec("leave(1)", {"__name__": module, "leave": leave})
        assert ends == ([1] if module.startswith("execnet") else [])


def test_a_thread_that_is_ended_after_its_check_ends_without_a_word(tmp_path: Path) -> None:
    """pytest would format its traceback, and Python 3.11 fails if a thread parses while another one does."""
    checks = """
        def test_it(learner, attempt):
            attempt.leaves_running()
            learner.f()
    """
    answer = """
        import threading
        import time

        def turn():
            while True:
                time.sleep(0.01)

        def f():
            threading.Thread(target=turn, name="turns", daemon=True).start()
    """
    note = """
import threading
import traceback

formatted = []
format_exception = traceback.format_exception


def note(*arguments, **named):
    formatted.append(arguments[0])
    return format_exception(*arguments, **named)


def pytest_runtest_logfinish():
    traceback.format_exception = note
    for thread in threading.enumerate():
        if thread.name == "turns":
            thread.join()
    Path(__file__).with_name("formatted.txt").write_text(f"{formatted}", encoding="utf-8")
"""
    course = SmallCourse(tmp_path, checks, answer)
    with (course.folder / "conftest.py").open("a", encoding="utf-8") as conftest:
        conftest.write(note)
    assert [check["state"] for check in course.run("-n0")] == ["done"]
    assert (course.folder / "formatted.txt").read_text(encoding="utf-8") == "[]"
