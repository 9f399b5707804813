"""How the exercises went: the results of their checks, and what follows for each exercise."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from chatlab.grading.manifest import Exercise
from chatlab.grading.verdict import Message, State

GRADE = "grade"  # the attribute of a pytest report that holds the exercise and the result of the check, JSON alone


@dataclass(frozen=True, slots=True)
class CheckResult:
    """How one check went. `title`: what it checks, half a sentence. `message`: unless it was done or not made.

    A private check has neither a title that says something nor a message.
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
    """How one exercise went: all of its points if every check is done, the private ones included.

    `unmade`: how many of its checks were not made: others were chosen, or the run was stopped.
    """

    exercise: Exercise
    checks: tuple[CheckResult, ...]
    unmade: int = 0

    @property
    def state(self) -> State:
        states = {check.state for check in self.checks}
        if states == {State.DONE} and not self.unmade:
            return State.DONE
        if State.NOT_STARTED in states and states <= {State.NOT_STARTED, State.WAITING}:
            return State.NOT_STARTED
        return State.NOT_YET_RIGHT

    @property
    def points(self) -> int:
        return self.exercise.points if self.state is State.DONE else 0

    @property
    def message(self) -> Message | None:
        """Of the first check that has one: what to look at first."""
        if message := next((check.message for check in self.checks if check.message), None):
            return message
        if self.state is State.NOT_YET_RIGHT and self.private_checks:
            return Message(
                did=f"Made the private checks of {self.exercise.key}, after those that you can see.",
                saw=self.private_checks[0].upper() + f"{self.private_checks[1:]}. What they check is not shown.",
                means=f"Read the stub again, sentence by sentence. Read again: {self.exercise.reading}",
            )
        return None

    @property
    def shown_checks(self) -> tuple[CheckResult, ...]:
        return tuple(check for check in self.checks if not check.is_private)

    @property
    def private_checks(self) -> str:
        """How those went, such as '2 of 3 private checks passed'; '' if there are none."""
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
