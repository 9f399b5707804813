"""One check of one exercise: what it did, and what came of it."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path

from chatlab.grading.explain import explain
from chatlab.grading.grades import CheckResult
from chatlab.grading.learner import LearnerFile, Names
from chatlab.grading.limit import Printed, Stuck, run_within
from chatlab.grading.manifest import Exercise
from chatlab.grading.verdict import Message, State
from chatlab.text import clean

LONGEST_LINE = 300
PRINTED_LINES = 10


class Attempt:
    """Loads the learner's file in `folder` and makes the check on it, all within `seconds`.

    `title`: what the check checks, half a sentence. `tracebacks`: whether the message is to have Python's own, too.
    """

    def __init__(self, exercise: Exercise, title: str, folder: Path, seconds: float, tracebacks: bool) -> None:
        self.exercise = exercise
        self.title = title
        self.file = LearnerFile(folder / exercise.file)
        self.learner = Names(self.file)
        self.state = State.WAITING
        self.message: Message | None = None
        self._seconds = seconds
        self._tracebacks = tracebacks
        self._did = f"Loaded {exercise.file}."
        self._printed = Printed()

    def did(self, what: str) -> None:
        """For the first line of a message: what the check is doing from now on, as a sentence in the past tense."""
        self._did = what

    @property
    def printed(self) -> str:
        """What the learner's code has printed so far, the end of it."""
        return self._printed.text

    @property
    def result(self) -> CheckResult:
        return CheckResult(self.title, self.state, self.message)

    def run(self, check: Callable[[], None]) -> None:
        """Make the check."""

        def load_and_check() -> None:
            self.file.load()
            check()

        error = run_within(self._seconds, load_and_check, self._printed)
        if error is None:
            self.state = State.DONE
        else:
            self.fail(error)

    def fail(self, error: BaseException) -> None:
        """The check failed; the first failure is the one that counts."""
        if self.message is not None:
            return
        self.state, saw, means, where = explain(error, self.file)
        self.message = Message(
            did=_one_line(self._did),
            saw=_one_line(saw),
            means=f"{_one_line(means)} Read again: {self.exercise.reading}",
            where="\n".join(map(_one_line, where.splitlines())),
            printed="\n".join(map(_one_line, self.printed.splitlines()[-PRINTED_LINES:])),
            traceback=_traceback(error) if self._tracebacks else "",
        )


def _one_line(text: str) -> str:
    """`text` as a line that is safe and short enough to show."""
    line = clean(" ".join(text.splitlines()))
    return line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}…"


def _traceback(error: BaseException) -> str:
    lines = traceback.format_list(error.stack) if isinstance(error, Stuck) else traceback.format_exception(error)
    return "".join(lines).rstrip()
