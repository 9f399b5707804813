"""How an exercise went: its state, its points, and what to look at first.

Its points are shared over its checks, as the manifest says (`points`): a share is had when all of its checks are done.
A private check that is not done costs a point. So only what is done in full has all points, and what fails the basic
check, which all others wait for, has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from chatlab.grading.course import Exercise, in_points
from chatlab.grading.verdict import CheckResult, Message, State


class Share(NamedTuple):
    """Of an exercise's points, and the checks that they are for."""

    of: int
    checks: tuple[CheckResult, ...]

    @property
    def points(self) -> int:
        return self.of if self.checks and all(check.state is State.DONE for check in self.checks) else 0

    def __str__(self) -> str:
        return f"{self.points} of {in_points(self.of)}"


@dataclass(frozen=True, slots=True)
class Grade:
    """How one exercise went. `checks`: all that it has; those that were not made, because others were chosen or the run
    was stopped, are waiting.
    """

    exercise: Exercise
    checks: tuple[CheckResult, ...]

    @property
    def state(self) -> State:
        states = {check.state for check in self.checks}
        if states == {State.DONE}:
            return State.DONE
        for state in (State.NOT_STARTED, State.NOT_HANDED_IN):
            if state in states and states <= {state, State.WAITING}:
                return state
        return State.NOT_YET_RIGHT

    @property
    def shares(self) -> list[Share]:
        """In the order of the checks, without the private ones."""
        return [
            Share(of, tuple(check for check in self.shown_checks if check.share == number))
            for number, (_, of) in enumerate(self.exercise.shares)
        ]

    @property
    def points(self) -> int:
        if self.state is State.DONE:
            return self.exercise.points
        failed = sum(check.is_private and check.state is not State.DONE for check in self.checks)
        return max(0, sum(share.points for share in self.shares) - failed)

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
                means="Read the stub again, sentence by sentence.",
                reading=self.exercise.read_again(),
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
            "checks": [check.to_json() for check in self.checks],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any], exercise: Exercise) -> Grade:
        return cls(exercise, tuple(map(CheckResult.from_json, data["checks"])))
