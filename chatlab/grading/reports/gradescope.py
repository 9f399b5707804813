"""The grades as Gradescope's results.json (https://gradescope-autograders.readthedocs.io/en/latest/specs/)."""

from __future__ import annotations

from typing import Any

from chatlab.grading.grade import Grade
from chatlab.grading.reports.check_list import check_lines
from chatlab.grading.verdict import State


def results_json(grades: list[Grade], seconds: float) -> dict[str, Any]:
    """A test for each exercise, and a hidden one for its private checks. `seconds`: how long the grading took."""
    return {
        "execution_time": round(seconds),
        "stdout_visibility": "hidden",
        "tests": [test for grade in grades for test in (_test(grade), *_private(grade))],
    }


def _private(grade: Grade) -> list[dict[str, Any]]:
    """What only the teachers see. It has no score: the exercise has it."""
    checks = [check for check in grade.checks if check.is_private]
    if not checks:
        return []
    lines = [
        f"{check.state.value}: {check.title}" + (f"\n{check.message}" if check.message else "") for check in checks
    ]
    return [
        {
            "name": f"{grade.exercise.key} private checks",
            "status": "passed" if all(check.state is State.DONE for check in checks) else "failed",
            "output": "\n\n".join(lines),
            "output_format": "text",
            "visibility": "hidden",
        }
    ]


def _test(grade: Grade) -> dict[str, Any]:
    lines = [grade.exercise.objective, f"{grade.state.value}."]
    if grade.state is State.NOT_YET_RIGHT:
        lines += check_lines(grade)
    if grade.private_checks:
        lines.append(f"{grade.private_checks}.")
    if grade.shown_message and grade.state in (State.NOT_YET_RIGHT, State.NOT_HANDED_IN):
        lines += ["", str(grade.shown_message)]
    return {
        "name": f"{grade.exercise.key} {grade.exercise.title}",
        "score": grade.points,
        "max_score": grade.exercise.points,
        "status": "passed" if grade.state is State.DONE else "failed",
        "output": "\n".join(lines),
        "output_format": "text",
        "visibility": "visible",
    }
