"""What a check got against what it expected, in words."""

from __future__ import annotations

import inspect

from chatlab.grading.verdict import NotYetRight

LONGEST = 60  # letters
BEFORE = 20  # of them, before the first that differs


def against(seen: object, expected: object) -> str:
    """`… Expected: …`, as Python shows them. Of long ones, the place where they begin to differ is shown, and how long
    they are.
    """
    texts = repr(seen), repr(expected)
    differ = next((number for number, (a, b) in enumerate(zip(*texts, strict=False)) if a != b), min(map(len, texts)))
    start = max(0, differ - BEFORE) if max(map(len, texts)) > LONGEST else 0
    return f"{_cut(seen, texts[0], start)}. Expected: {_cut(expected, texts[1], start)}."


def expect_plain(answer: object, name: str) -> None:
    """Raises NotYetRight if the call of the learner's `name` gave what has not even begun to run."""
    if inspect.iscoroutine(answer) or inspect.isasyncgen(answer):
        if inspect.iscoroutine(answer):
            answer.close()  # else Python warns of it
        means = f"The check calls {name}, and no event loop is there to await it: write `def`, without `async`."
        raise NotYetRight(f"{name} is `async def`: a call only makes a coroutine, and none of its lines ran.", means)
    if inspect.isgenerator(answer):
        means = f"`yield` makes {name} a generator, which waits until somebody asks for its values: use `return`."
        raise NotYetRight(
            f"{name} has a `yield` in it: a call only makes a generator, and none of its lines ran.", means
        )


def _cut(value: object, text: str, start: int) -> str:
    if len(text) <= LONGEST:
        return text
    head, tail = "…" if start else "", "…" if len(text) > start + LONGEST else ""
    size = (
        f" ({len(value):,} {'bytes' if isinstance(value, bytes) else 'letters'})"
        if isinstance(value, bytes | str)
        else ""
    )
    return f"{head}{text[start : start + LONGEST]}{tail}{size}"
