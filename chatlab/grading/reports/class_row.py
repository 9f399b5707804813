"""One row of a class: a student, and how the exercises went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from chatlab.grading.child import Outcome
from chatlab.grading.handed_in.likeness import MODEL, Likeness, Marks, alike
from chatlab.grading.verdict import NEAR_MISS, State

NOT_GRADED = "NOT graded"


class Row(NamedTuple):
    """One hand-in. `seconds`: how long it took to grade. `handed_in`: when, or None; `days_late`: None if there is no
    deadline. `marks`: of the answers, by the exercise's key; `alike`: to whose they are.
    """

    student: str
    outcome: Outcome
    seconds: float
    marks: Mapping[str, Marks] = {}  # a tuple is not written to
    handed_in: datetime | None = None
    days_late: int | None = None
    alike: Sequence[Likeness] = ()

    @property
    def is_graded(self) -> bool:
        return bool(self.outcome.grades)

    @property
    def points(self) -> int:
        return sum(grade.points for grade in self.outcome.grades)

    @property
    def place(self) -> str:
        """Where it goes on: the key of the first exercise that isn't done, NOT_GRADED, or '' if all are done."""
        if not self.is_graded:
            return NOT_GRADED
        return next((grade.exercise.key for grade in self.outcome.grades if grade.state is not State.DONE), "")

    @property
    def stuck_at(self) -> str:
        """The first exercise that isn't done, and what is wrong with it; '' if all are done."""
        if not self.outcome.grades:
            lines = self.outcome.failure.split("\n")
            return " ".join(" ".join((lines[0], *lines[1:][-1:])).split())  # of a traceback, its last line
        for grade in self.outcome.grades:
            if grade.state is State.NOT_YET_RIGHT:
                return f"{grade.exercise.key}: {grade.message.saw if grade.message else grade.state.value}"
            if grade.state in (State.NOT_STARTED, State.NOT_HANDED_IN):
                _, there_is, name = grade.message.saw.partition(NEAR_MISS) if grade.message else ("", "", "")
                return f"{grade.exercise.key}: {grade.state.value}{there_is and '.'}{there_is}{name}"
        return ""


def with_alike(rows: Sequence[Row], models: Mapping[str, Marks]) -> list[Row]:
    """`rows` in the order of names, each with whose answers its own are like. `models`: of the course's answers."""
    found = alike({MODEL: models, **{row.student: row.marks for row in rows}})
    return sorted((row._replace(alike=found.get(row.student, ())) for row in rows), key=lambda row: row.student)
