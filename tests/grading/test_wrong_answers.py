"""The proof of the checks: mistakes that learners make, each caught, and each told what it is.

wrong/exNN/ holds one answer a file; its first line says what the message has to contain:

    # expects: put an f before the first quote
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from chatlab.grading.course import Exercise
from tests.grading.course import MANIFEST, WRONG
from tests.grading.many import grade_many

TOGETHER = 20  # answers in one test


def groups() -> list[Any]:
    """Of the answers to one exercise, those that are graded in one test."""
    found = []
    for exercise in MANIFEST:
        answers = sorted((WRONG / exercise.key).glob("*.py"))
        number = -(-len(answers) // TOGETHER)
        found += [pytest.param(exercise, answers[n::number], id=f"{exercise.key}-{n}") for n in range(number)]
    return found


@pytest.mark.parametrize(("exercise", "answers"), groups())
def test_wrong_answers_get_the_message_that_names_them(exercise: Exercise, answers: list[Path]) -> None:
    graded = grade_many(exercise.key, answers, "-x")
    assert {
        answer.name: complaint
        for answer, grade in zip(answers, graded, strict=True)
        if (complaint := complain(answer, grade, exercise))
    } == {}


def complain(answer: Path, graded: dict[str, Any], exercise: Exercise) -> str:
    """What is wrong with the grade of a wrong answer; '' if nothing is."""
    expected = re.match("# expects: (.+)", answer.read_text(encoding="utf-8"))
    if not expected:
        return "it does not say what it expects"
    if graded["state"] != "not yet right" or graded["points"] >= exercise.points:
        return f"it is {graded['state']}, with {graded['points']} points"
    message = next(check["message"] for check in graded["checks"] if check["message"])
    if expected[1] not in "\n".join(message.values()):
        return f"expected: {expected[1]}; got: {message['saw']} {message['means']}"
    if "The check itself failed" in message["saw"]:
        return message["saw"]  # type: ignore[no-any-return]
    if "\n" in message["did"] + message["saw"] + message["means"] or not message["reading"]:
        return f"not in its form: {message}"
    return "" if graded["left"] == [exercise.file] else f"left behind: {graded['left']}"
