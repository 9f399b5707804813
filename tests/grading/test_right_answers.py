"""Answers that are right, and look nothing like ours: none is refused.

right/exNN/ holds one answer a file. To be sure that no chance is in it, pass each twenty times, and twenty times more
beside two busy processes:

    CHATLAB_REPEATS=20 pytest tests/grading/test_right_answers.py
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

from chatlab.grading.course import Exercise
from tests.grading.course import MANIFEST, each_exercise
from tests.grading.many import grade_many

RIGHT = Path(__file__).parent / "right"
REPEATS = int(os.environ.get("CHATLAB_REPEATS", "1"))
FEWEST = 8
LIMIT = 15  # seconds for a check; a machine that is so busy is no fault of theirs


@contextmanager
def busy() -> Iterator[None]:
    """Two processes that take all the CPU they can get."""
    processes = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


@pytest.mark.parametrize("machine", [nullcontext, busy] if REPEATS > 1 else [nullcontext])
@pytest.mark.parametrize("repeat", range(REPEATS))
@pytest.mark.parametrize("exercise", MANIFEST, ids=each_exercise)
def test_no_right_answer_is_refused(exercise: Exercise, repeat: int, machine: type[nullcontext[None]]) -> None:
    answers = sorted((RIGHT / exercise.key).glob("*.py"))
    assert len(answers) >= FEWEST
    with machine():
        graded = grade_many(exercise.key, answers, f"--limit={LIMIT}")
    refused = {
        answer.name: [check for check in grade["checks"] if check["state"] != "done"]
        for answer, grade in zip(answers, graded, strict=True)
        if grade["state"] != "done"
    }
    assert refused == {}
