"""A learner's own code at work in a notebook, outside of its checks: the file is loaded as it is now, and runs within a
limit, so that the kernel survives whatever it does.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from chatlab.grading.attempt.explain import explain
from chatlab.grading.attempt.learner_file import LearnerFile, Names
from chatlab.grading.attempt.time_limit import Printed, run_within
from chatlab.grading.course import find_exercise, find_folder, read_manifest
from chatlab.grading.verdict import State
from chatlab.room.errors import CantUse, NotStarted

SECONDS = 5.0


def use(key: str, do: Callable[[Names], None], printed: Printed, seconds: float = SECONDS) -> None:
    """Load the file of the exercise `key`, such as "ex05", and call `do` with what it defines, all within `seconds`.

    The exercises are those of the course that the current directory is in. Raises CantUse.
    """
    try:
        folder = find_folder(Path.cwd())
        exercise = find_exercise(read_manifest(folder), key)
    except LookupError as error:
        raise CantUse(error.args[0]) from error
    file = LearnerFile(folder / exercise.file, exercise.fence, exercise.stub)

    def load_and_do() -> None:
        file.load()
        do(Names(file))

    failure = run_within(seconds, load_and_do, printed)
    if failure is None:
        return
    state, saw, _, where = explain(failure, file)
    if state is State.NOT_STARTED:
        raise NotStarted(f"{key} is not started yet.") from failure
    place, _, code = where.partition("\n")
    parts = (saw.strip().rstrip("."), f"{place}: {code.strip()}") if where else (saw,)
    raise CantUse(" ".join(". ".join(parts).split())) from failure


def try_out(key: str, do: Callable[[Names], None]) -> None:
    """`use` the exercise, and print what it prints; if it can't be used, print why."""
    printed = Printed()
    try:
        use(key, do, printed)
    except CantUse as problem:
        print(printed.text, end="")
        print(problem)
    else:
        print(printed.text, end="")
