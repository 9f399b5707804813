"""The proof of the checks: mistakes that learners make, each caught, and each told what it is.

wrong/exNN/ holds one answer a file; its first line says what the message has to contain:

    # expects: put an f before the first quote

They wait most of the time: with `-n 8` they take a minute.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from chatlab.grading.course import Exercise
from tests.grading.course import EXERCISES, MANIFEST, WRONG, grade

ANSWERS = [
    pytest.param(exercise, answer, id=f"{exercise.key}-{answer.stem}")
    for exercise in MANIFEST
    for answer in sorted((WRONG / exercise.key).glob("*.py"))
]


@pytest.mark.parametrize(("exercise", "answer"), ANSWERS)
def test_a_wrong_answer_gets_the_message_that_names_it(exercise: Exercise, answer: Path, tmp_path: Path) -> None:
    expected = re.match("# expects: (.+)", answer.read_text(encoding="utf-8"))
    assert expected
    shutil.copy(answer, tmp_path / exercise.file)
    # No answer here ends its Python: no worker is needed.
    [graded] = grade(tmp_path, EXERCISES / exercise.checks, "--limit=4", "-n0", "-x")
    assert graded["state"] == "not yet right"
    assert graded["points"] == 0
    message = next(check["message"] for check in graded["checks"] if check["message"])
    assert expected[1] in "\n".join(message.values())
    assert "The check itself failed" not in message["saw"]
    assert "\n" not in message["did"] + message["saw"] + message["means"]
    assert exercise.reading in message["means"]
    assert [file.name for file in tmp_path.iterdir()] == [exercise.file]
