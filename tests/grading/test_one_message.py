"""The same answer gets the same message, in whatever order its threads come to run."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from chatlab.grading.course import find_exercise
from tests.grading.course import EXERCISES, MANIFEST, WRONG, grade


def message(answer: Path, folder: Path, *options: str) -> dict[str, Any]:
    """Of the first check that it fails. In which order datagrams crossed is up to the answer's threads."""
    exercise = find_exercise(MANIFEST, answer.parent.name)
    shutil.copy(answer, folder / exercise.file)
    [graded] = grade(folder, EXERCISES / exercise.checks, "-n0", "-x", *options)
    message: dict[str, Any] = next(check["message"] for check in graded["checks"] if check["message"])
    return {**message, "transcript": ""}


@pytest.mark.parametrize(
    "answer",
    sorted([*WRONG.glob("ex0[456]/*closes*"), *WRONG.glob("ex0[456]/shortens*")]),
    ids=lambda answer: f"{answer.parent.name}-{answer.stem}",
)
def test_a_receive_that_is_about_to_begin_is_one_that_waits(answer: Path, tmp_path: Path) -> None:
    """A receive that has not begun when its socket is closed would be an error; one that waits is left to wait."""
    expected = message(answer, tmp_path)
    assert message(answer, tmp_path, "-p", "tests.grading.slow_receives") == expected
