"""What a hand-in may not do: fill the disk or the memory, live on, take other answers with it."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatlab.grading.child import grade_in_child
from chatlab.grading.course import read_manifest
from chatlab.grading.verdict import State
from tests.grading.small_course import FILE, SmallCourse
from tests.systems import not_here

LIMIT = 60.0  # seconds, far more than anything here takes
PROGRAM = """
import socket, sys
connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
print("connected", flush=True)
connection.recv(1)
"""
# It ends, and its program does not.
STARTER = f"""
import subprocess, sys
command = [sys.executable, "-c", {PROGRAM!r}, sys.argv[1]]
subprocess.Popen(command, start_new_session=True, stdout=subprocess.PIPE).stdout.readline()
"""


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Whoever connects lives until its connection ends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(LIMIT)
        yield listener


def ends(connection: socket.socket) -> bool:
    with connection:
        connection.settimeout(LIMIT)
        try:
            return connection.recv(1) == b""
        except ConnectionResetError:
            return True


LIMITS = """
    import pytest
    def test_file(learner):
        with pytest.raises(OSError, match="File too large"):
            learner.write(100 * 1024**2 + 1)
    def test_memory(learner):
        with pytest.raises(MemoryError):
            bytearray(4 * 1024**3)
    def test_program(learner):
        learner.leave_a_program()
"""


@not_here(sys.platform != "linux", "Windows has no such limits, macOS none of memory, and both show no environment")
def test_files_memory_and_programs_have_their_bounds(listener: socket.socket, tmp_path: Path) -> None:
    answer = f"""
        import subprocess, sys
        def write(size):
            with open("large", "wb") as file:
                file.seek(size - 1)
                file.write(b"x")
        def leave_a_program():
            subprocess.run([sys.executable, "-c", {STARTER!r}, "{listener.getsockname()[1]}"], check=True)
    """
    course = SmallCourse(tmp_path, LIMITS, answer)
    [grade] = grade_in_child(read_manifest(course.folder), [str(course.folder)], tmp_path, LIMIT).grades
    assert {check.title: check.state for check in grade.checks} == dict.fromkeys(
        ("test_file", "test_memory", "test_program"), State.DONE
    )
    assert ends(listener.accept()[0])


def test_a_grading_ends_with_whoever_has_started_it(listener: socket.socket, tmp_path: Path) -> None:
    answer = f"""
        import socket
        def f():
            socket.create_connection(("127.0.0.1", {listener.getsockname()[1]})).recv(1)
    """
    course = SmallCourse(tmp_path, "def test_it(learner): learner.f()\n", answer)
    starter = f"""
from pathlib import Path
from chatlab.grading.child import grade_in_child
from chatlab.grading.course import read_manifest
folder = Path({str(course.folder)!r})
grade_in_child(read_manifest(folder), [str(folder), "--limit=300"], folder.parent, 300)
"""
    with subprocess.Popen([sys.executable, "-c", starter]) as run:
        try:
            connection, _ = listener.accept()
        finally:
            run.kill()
    assert ends(connection)


REMOVES = """
    def test_first(learner):
        learner.f(0)
    def test_second(learner):
        learner.f(1)
    def test_third(learner):
        learner.f(2)
"""
REMOVER = """
import os, shutil, signal
from pathlib import Path
def f(number):
    if number == 0:
        shutil.rmtree(Path(__file__).parent)
    if number == 1:
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
"""


def test_what_was_handed_in_counts_whoever_removes_it(tmp_path: Path) -> None:
    course = SmallCourse(tmp_path, REMOVES, "")
    (tmp_path / "submission").mkdir()
    (tmp_path / "submission" / FILE).write_text(REMOVER, encoding="utf-8")
    checks = course.run(f"--submission={tmp_path / 'submission'}")
    assert [check["state"] for check in checks] == ["done", "not yet right", "done"]
    assert not (tmp_path / "submission").exists()
