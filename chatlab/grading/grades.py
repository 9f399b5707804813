"""How the exercises went: the results of their checks, and what follows for each exercise."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from chatlab.grading.manifest import Exercise
from chatlab.grading.verdict import Message, State


@dataclass(frozen=True, slots=True)
class CheckResult:
    """How one check went. `title`: what it checks, half a sentence. `message`: unless it was done or not made."""

    title: str
    state: State
    message: Message | None

    def to_json(self) -> dict[str, Any]:
        message = asdict(self.message) if self.message else None
        return {"title": self.title, "state": self.state.value, "message": message}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> CheckResult:
        message = Message(**data["message"]) if data["message"] else None
        return cls(data["title"], State(data["state"]), message)


@dataclass(frozen=True, slots=True)
class Grade:
    """How one exercise went: all of its points if every check is done."""

    exercise: Exercise
    checks: tuple[CheckResult, ...]

    @property
    def state(self) -> State:
        states = {check.state for check in self.checks}
        if states == {State.DONE}:
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
        return next((check.message for check in self.checks if check.message), None)


def dump_grades(grades: list[Grade]) -> str:
    """As JSON, for programs: the card of a notebook, the grading of a class."""
    return json.dumps(
        [
            {
                "exercise": grade.exercise.name,
                "state": grade.state.value,
                "points": grade.points,
                "of": grade.exercise.points,
                "checks": [check.to_json() for check in grade.checks],
            }
            for grade in grades
        ],
        indent=1,
    )
