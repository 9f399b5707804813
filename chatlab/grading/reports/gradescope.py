"""The grades as Gradescope's results.json (https://gradescope-autograders.readthedocs.io/en/latest/specs/)."""

from __future__ import annotations

from typing import Any

from chatlab.grading.verdict import Grade, State


def results_json(grades: list[Grade], seconds: float) -> dict[str, Any]:
    """One test for each exercise. `seconds`: how long the grading took."""
    return {
        "execution_time": round(seconds),
        "stdout_visibility": "hidden",
        "tests": [_test(grade) for grade in grades],
    }


def _test(grade: Grade) -> dict[str, Any]:
    lines = [grade.exercise.objective, f"{grade.state.value}."]
    if grade.private_checks:
        lines.append(f"{grade.private_checks}.")
    if grade.message and grade.state is State.NOT_YET_RIGHT:
        lines += ["", str(grade.message)]
    return {
        "name": f"{grade.exercise.key} {grade.exercise.title}",
        "score": grade.points,
        "max_score": grade.exercise.points,
        "status": "passed" if grade.state is State.DONE else "failed",
        "output": "\n".join(lines),
        "output_format": "text",
        "visibility": "visible",
    }
