"""How a run of the grader ends on a terminal: a message for each exercise that isn't done, then the table."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from textwrap import indent

import pytest

from chatlab.grading.grade import Grade
from chatlab.grading.verdict import State
from chatlab.service.this_python import this_pytest


def write_summary(
    terminal: pytest.TerminalReporter, grades: list[Grade], files: Mapping[str, Path], checks: Path, here: Path
) -> None:
    """`files`: what was checked, each by its name. `checks`: the folder of the checks. `here`: where people type
    commands.
    """
    for grade in grades:
        if grade.state in (State.NOT_YET_RIGHT, State.NOT_HANDED_IN):
            for title, message in grade.messages:
                what = title or grade.state.value
                terminal.write_line("")
                terminal.write_line(f"{grade.exercise.key} {grade.exercise.title}: {what}", bold=True)
                terminal.write_line(indent(str(message), "    "))
    terminal.write_line("")
    for line in table(grades, files, here):
        terminal.write_line(line)
    if passed := [grade.exercise for grade in grades if grade.state is State.DONE and grade.exercise.production]:
        terminal.write_line("")
        terminal.write_line("In production, a program would do more:")
        for exercise in passed:
            terminal.write_line(f"    {exercise.key}  {exercise.production}")
    if first := next((grade.exercise.key for grade in grades if grade.state is not State.DONE), None):
        terminal.write_line(f"A hint: {this_pytest()} {relative(checks, here)} --hint {first}")


def table(grades: list[Grade], files: Mapping[str, Path], here: Path) -> list[str]:
    rows = [("exercise", "state", "points", "next")]
    rows += [
        (
            f"{grade.exercise.key} {grade.exercise.title}",
            grade.state.value,
            f"{grade.points} of {grade.exercise.points}",
            _next(grade, files, here),
        )
        for grade in grades
    ]
    points, of = sum(grade.points for grade in grades), sum(grade.exercise.points for grade in grades)
    done = sum(grade.state is State.DONE for grade in grades)
    rows.append(("in all", f"{done} of {len(grades)} done", f"{points} of {of}", ""))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def relative(path: Path, here: Path) -> str:
    """`path` as one would type it in the folder `here`, with / on every system."""
    try:
        return Path(os.path.relpath(path, here)).as_posix()
    except ValueError:  # another drive of Windows
        return path.as_posix()


def _next(grade: Grade, files: Mapping[str, Path], here: Path) -> str:
    file = relative(files[grade.exercise.file], here)
    match grade.state:
        case State.DONE:
            return grade.private_checks
        case State.NOT_YET_RIGHT if grade.message is None:
            unmade = sum(check.state is State.WAITING for check in grade.checks)
            return f"{unmade} of its checks were not made"
        case State.NOT_STARTED:
            return f"open {file} ({grade.exercise.minutes} minutes)"
        case State.NOT_HANDED_IN:
            return "read the message above"
        case _:
            return f"read the message above, correct {file}"
