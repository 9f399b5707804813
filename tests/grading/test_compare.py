"""What a check got against what it expected, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chatlab.grading.for_checks.compare import against, expect_plain
from chatlab.grading.verdict import NotYetRight


@pytest.mark.parametrize(
    ("seen", "expected", "text"),
    [
        (b"one", b"two", "b'one'. Expected: b'two'."),
        (
            b"x" * 100,
            b"x" * 99 + b"y",
            f"…{'x' * 20}x' (100 bytes). Expected: …{'x' * 20}y' (100 bytes).",
        ),
        ("x", "x" * 100, f"'x'. Expected: '{'x' * 59}… (100 letters)."),
        ("x" * 99, "x" * 100, f"…{'x' * 20}' (99 letters). Expected: …{'x' * 20}x' (100 letters)."),
    ],
)
def test_where_two_texts_differ_is_shown(seen: object, expected: object, text: str) -> None:
    assert against(seen, expected) == text


async def asynchronous() -> None: ...


def generating() -> Iterator[int]:
    yield 1


@pytest.mark.parametrize(("call", "word"), [(asynchronous, "async def"), (generating, "yield")])
def test_a_call_that_runs_nothing_is_told(call: Callable[[], Any], word: str) -> None:
    with pytest.raises(NotYetRight, match=word):
        expect_plain(call(), "greet")


def test_any_other_answer_is_for_the_check_to_judge() -> None:
    answers: tuple[object, ...] = (None, 1, [], iter([]))
    for answer in answers:
        expect_plain(answer, "greet")
