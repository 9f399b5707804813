"""What `pytest exercises/ --hint ex00:2` says."""

from __future__ import annotations

import pytest

from chatlab.grading.course import Exercise, find_exercise


def hint(exercises: tuple[Exercise, ...], wanted: str) -> str:
    """The one that `wanted` asks for, with how to get the next. Raises UsageError."""
    key, _, number = wanted.partition(":")
    try:
        exercise = find_exercise(exercises, key)
    except LookupError as error:
        raise pytest.UsageError(f"--hint {wanted}: {error.args[0]}") from None
    count = len(exercise.hints)
    if (number or "1") not in map(str, range(1, count + 1)):
        raise pytest.UsageError(f"--hint {wanted}: {key} has the hints {key}:1 to {key}:{count}")
    at = int(number or 1)
    text = f"{key} {exercise.title}, hint {at} of {count}: {exercise.hints[at - 1]}"
    return text if at == count else f"{text}\nThe next one: --hint {key}:{at + 1}"
