"""What can be said of a check, and of an exercise: its state, its points, and a message that teaches."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import Enum
from textwrap import indent
from typing import Any, NamedTuple

from chatlab.grading.course import Exercise

NEAR_MISS = " It has "  # before the name of a file that may be the one which isn't there
GRADE = "grade"  # the attribute of a pytest report that holds the exercise and the result of the check, JSON alone


class State(Enum):
    """Where a check, or a whole exercise, stands."""

    DONE = "done"
    NOT_YET_RIGHT = "not yet right"
    NOT_STARTED = "not started"
    NOT_HANDED_IN = "not handed in"
    WAITING = "waiting"  # a check that was not made, because the one it builds on isn't done


class NotYetRight(BaseException):
    """Raised by a check. `saw`: what it saw against what it expected; `means`: what that usually means.

    It is no Exception: a learner's `except Exception` is not to catch it.
    """

    def __init__(self, saw: str, means: str) -> None:
        super().__init__(saw, means)
        self.saw = saw
        self.means = means


class NotThere(NotYetRight):
    """There is no file to check."""


class Progress(NamedTuple):
    """Check `number` of `of` is being made. `title`: what it checks, half a sentence."""

    number: int
    of: int
    title: str


@dataclass(frozen=True, slots=True)
class Message:
    """`did`, `saw` and `means` are a line each. `where`: the learner's own line; `transcript`: what went last on the
    wire, each way; `printed`: the end of the learner's output.
    """

    did: str
    saw: str
    means: str
    where: str = ""
    transcript: str = ""
    printed: str = ""
    traceback: str = ""

    def __str__(self) -> str:
        lines = "\n".join((self.did, self.saw, self.means))
        parts = [f"{title}\n{indent(text, '    ')}" for title, text in self.appendix if text]
        return "\n\n".join(filter(None, (lines, self.where, *parts, self.traceback)))

    @property
    def appendix(self) -> tuple[tuple[str, str], ...]:
        """What else may help: titles with their texts, which are '' for what is not there."""
        return ("What went each way, up to here:", self.transcript), ("Your code printed:", self.printed)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """How one check went. `title`: what it checks, half a sentence. `message`: None if it is done or was not made.

    Of a private check, the title says nothing, and there is no message.
    """

    title: str
    state: State
    message: Message | None
    is_private: bool = False

    def to_json(self) -> dict[str, Any]:
        message = asdict(self.message) if self.message else None
        return {"title": self.title, "state": self.state.value, "message": message, "private": self.is_private}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> CheckResult:
        message = Message(**data["message"]) if data["message"] else None
        return cls(data["title"], State(data["state"]), message, data["private"])


@dataclass(frozen=True, slots=True)
class Grade:
    """How one exercise went. It gets all of its points if every check is done, the private ones included; if its checks
    stand each for itself, the share of those that are done, in whole points.

    `unmade`: how many of its checks were not made because others were chosen, or the run was stopped.
    """

    exercise: Exercise
    checks: tuple[CheckResult, ...]
    unmade: int = 0

    @property
    def state(self) -> State:
        states = {check.state for check in self.checks}
        if states == {State.DONE} and not self.unmade:
            return State.DONE
        for state in (State.NOT_STARTED, State.NOT_HANDED_IN):
            if state in states and states <= {state, State.WAITING}:
                return state
        return State.NOT_YET_RIGHT

    @property
    def points(self) -> int:
        if not self.exercise.each:
            return self.exercise.points if self.state is State.DONE else 0
        done = sum(check.state is State.DONE for check in self.checks)
        return self.exercise.points * done // (len(self.checks) + self.unmade)

    @property
    def message(self) -> Message | None:
        """What to look at first: the message of the first check that has one."""
        return next((check.message for check in self.checks if check.message), self.shown_message)

    @property
    def shown_message(self) -> Message | None:
        """The same, of what a student sees."""
        if message := next((check.message for check in self.shown_checks if check.message), None):
            return message
        if self.state is State.NOT_YET_RIGHT and self.private_checks:
            return Message(
                did=f"Made the private checks of {self.exercise.key}, after those that you can see.",
                saw=self.private_checks[0].upper() + f"{self.private_checks[1:]}. What they check is not shown.",
                means=f"Read the stub again, sentence by sentence. Read again: {self.exercise.reading}",
            )
        return None

    @property
    def messages(self) -> list[tuple[str, Message]]:
        """What to show, each with the title of its check: the first; where the checks stand each for itself, all."""
        first = self.message
        if not self.exercise.each or self.state is not State.NOT_YET_RIGHT:
            return [("", first)] if first else []
        failed = [check for check in self.shown_checks if check.message and check.state is State.NOT_YET_RIGHT]
        return [(check.title, check.message) for check in failed if check.message] or ([("", first)] if first else [])

    @property
    def shown_checks(self) -> tuple[CheckResult, ...]:
        return tuple(check for check in self.checks if not check.is_private)

    @property
    def private_checks(self) -> str:
        """How the private checks went, such as '2 of 3 private checks passed'; '' if there are none."""
        states = [check.state for check in self.checks if check.is_private]
        noun = "private check" if len(states) == 1 else "private checks"
        return f"{states.count(State.DONE)} of {len(states)} {noun} passed" if states else ""

    def to_json(self) -> dict[str, Any]:
        return {
            "exercise": self.exercise.name,
            "state": self.state.value,
            "points": self.points,
            "of": self.exercise.points,
            "unmade": self.unmade,
            "checks": [check.to_json() for check in self.checks],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any], exercise: Exercise) -> Grade:
        return cls(exercise, tuple(CheckResult.from_json(check) for check in data["checks"]), data["unmade"])
