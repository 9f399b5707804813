"""The proof of the checks: mistakes that learners make, each caught, and each told what it is.

wrong/exNN/ holds one answer a file; its first line says what the message has to contain:

    # expects: put an f before the first quote
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from chatlab.grading.manifest import Exercise
from tests.grading.course import EXERCISES, MANIFEST, WRONG, grade

ANSWERS = [
    pytest.param(exercise, answer, id=f"{exercise.key}-{answer.stem}")
    for exercise in MANIFEST
    for answer in sorted((WRONG / exercise.key).glob("*.py"))
]

Graded = tuple[list[dict[str, Any]], list[Path]]


@pytest.fixture(scope="module")
def graded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[Path, Future[Graded]]]:
    """Each answer that was asked for, graded in a child process; as many at a time as there are processors."""
    here = request.module
    asked: list[dict[str, Any]] = [
        dict(item.callspec.params)
        for item in request.session.items
        if isinstance(item, pytest.Function) and item.module is here
    ]
    with ThreadPoolExecutor(os.cpu_count(), "grade") as pool:
        yield {
            each["answer"]: pool.submit(grade_alone, each["exercise"], each["answer"], tmp_path_factory.mktemp("wrong"))
            for each in asked
        }
        pool.shutdown(cancel_futures=True)


def grade_alone(exercise: Exercise, answer: Path, folder: Path) -> Graded:
    """The grades, and what the folder holds afterwards. No answer here ends its Python: no worker is needed."""
    shutil.copy(answer, folder / exercise.file)
    return grade(folder, EXERCISES / exercise.checks, "--limit=4", "-n0", "-x"), list(folder.iterdir())


@pytest.mark.parametrize(("exercise", "answer"), ANSWERS)
def test_a_wrong_answer_gets_the_message_that_names_it(
    exercise: Exercise, answer: Path, graded: dict[Path, Future[Graded]]
) -> None:
    expected = re.match("# expects: (.+)", answer.read_text(encoding="utf-8"))
    assert expected
    [grade], files = graded[answer].result()
    assert grade["state"] == "not yet right"
    assert grade["points"] == 0
    message = next(check["message"] for check in grade["checks"] if check["message"])
    assert expected[1] in "\n".join(message.values())
    assert "The check itself failed" not in message["saw"]
    assert "\n" not in message["did"] + message["saw"] + message["means"]
    assert exercise.reading in message["means"]
    assert [file.name for file in files] == [exercise.file]
