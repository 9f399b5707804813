"""What a call of a learner's code has answered, for checks: an answer, or something that stands in its place."""

from __future__ import annotations

import inspect


def not_run(answer: object) -> str:
    """Why nothing of the function has run, although it was called; '' if it has.

    A coroutine is closed: left to the garbage collector, it would complain on standard error.
    """
    if inspect.iscoroutine(answer):
        answer.close()
        return "A call of an `async def` only makes a coroutine, and runs nothing of it: a plain `def` is meant here."
    if inspect.isgenerator(answer):
        return "A call of a function with `yield` only makes a generator, and runs nothing of it: `return` the answer."
    return ""


def told(answer: object) -> str:
    """`answer` as a message tells it: as Python shows it, but not where it is in memory, which differs each time."""
    if inspect.iscoroutine(answer):
        return "a coroutine"
    if inspect.isgenerator(answer):
        return "a generator"
    return repr(answer)
