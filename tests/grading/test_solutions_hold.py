"""Each solution passes again and again, also while two busy processes take the CPU.

CHATLAB_REPEATS=50 makes it as often as one likes to be sure.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.grading.course import EXERCISES, SOLUTIONS, grade

REPEATS = int(os.environ.get("CHATLAB_REPEATS", "3"))


@pytest.fixture
def busy() -> Iterator[None]:
    """Two processes that take all the CPU they can get."""
    processes = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
    yield
    for process in processes:
        process.kill()
        process.wait()


@pytest.mark.parametrize("repeat", range(REPEATS))
def test_solutions_pass_on_a_busy_machine(repeat: int, busy: None) -> None:
    for graded in grade(SOLUTIONS, EXERCISES, "-n0"):
        wrong = [check for check in graded["checks"] if check["state"] != "done"]
        assert wrong == [], graded["exercise"]
