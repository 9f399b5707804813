"""How a class went: a table for a spreadsheet, and a page on which a click on a cell shows the message.

Whatever comes from a submission is escaped on the page, and starts no formula in the spreadsheet.
"""

from __future__ import annotations

import csv
import json
import os
import re
import sys
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

from chatlab.grading.child import Outcome
from chatlab.grading.course import Exercise
from chatlab.grading.verdict import Grade, State

SIGNS = {State.DONE: "✓", State.NOT_YET_RIGHT: "✗", State.NOT_STARTED: "·", State.NOT_HANDED_IN: "–"}
NOT_GRADED = "NOT graded"
STYLE = """
:root { color-scheme: light dark; }
body { font-family: system-ui, sans-serif; }
thead { position: sticky; top: 0; background: Canvas; }
table { border-collapse: collapse; }
th, td { border: 1px solid #8888; padding: 0.3em 0.6em; text-align: left; vertical-align: top; }
.done { background: #388e3c33; } .stuck { background: #f57c0033; }
summary { cursor: pointer; } pre { white-space: pre-wrap; max-width: 40em; }
"""


class Row(NamedTuple):
    """One hand-in. `seconds`: how long it took to grade."""

    student: str
    outcome: Outcome
    seconds: float

    @property
    def is_graded(self) -> bool:
        return bool(self.outcome.grades)

    @property
    def points(self) -> int:
        return sum(grade.points for grade in self.outcome.grades)

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
                return f"{grade.exercise.key}: {grade.state.value}"
        return ""


def write_reports(folder: Path, rows: Sequence[Row], exercises: Sequence[Exercise]) -> bool:
    """Write grades.csv, grades.json and grades.html. Returns whether all are there."""
    written = [
        _replace(folder / "grades.csv", lambda file: write_csv(file, rows, exercises)),
        _replace(folder / "grades.json", lambda file: write_json(file, rows, exercises)),
        _replace(folder / "grades.html", lambda file: write_page(file, rows, exercises)),
    ]
    return all(written)


def write_csv(file: Path, rows: Sequence[Row], exercises: Sequence[Exercise]) -> None:
    """Write a column for the points of each exercise, and one for its state; no points are in the row of who was not
    graded. Spreadsheets want a byte order mark at the beginning of UTF-8.
    """
    of = sum(exercise.points for exercise in exercises)
    keys = [exercise.key for exercise in exercises]
    with file.open("w", encoding="utf-8-sig", errors="replace", newline="") as sink:
        table = csv.writer(sink)
        table.writerow(["student", *keys, "points", "of", "seconds", "stuck at", *(f"{key} state" for key in keys)])
        for row in rows:
            grades = {grade.exercise.key: grade for grade in row.outcome.grades}
            points: list[object] = [grades[key].points if key in grades else "" for key in keys]
            states = [grades[key].state.value if key in grades else NOT_GRADED for key in keys]
            in_all = row.points if row.is_graded else ""
            reason = _no_formula(row.stuck_at)
            table.writerow([_no_formula(row.student), *points, in_all, of, round(row.seconds), reason, *states])


def write_json(file: Path, rows: Sequence[Row], exercises: Sequence[Exercise]) -> None:
    """Write an object for each hand-in; `points` is null for who was not graded, and `failure` says why."""
    of = sum(exercise.points for exercise in exercises)
    data = [
        {
            "student": row.student,
            "points": row.points if row.is_graded else None,
            "of": of,
            "failure": row.outcome.failure or None,
            "exercises": [grade.to_json() for grade in row.outcome.grades],
        }
        for row in rows
    ]
    file.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", errors="replace")


def write_page(file: Path, rows: Sequence[Row], exercises: Sequence[Exercise]) -> None:
    done = [sum(_is_done(row, exercise) for row in rows) for exercise in exercises]
    head = "".join(f'<th title="{escape(e.title)}">{e.key}</th>' for e in exercises)
    foot = "".join(f"<td>{count} of {len(rows)} done</td>" for count in done)
    body = "\n".join(_row(row, exercises) for row in rows)
    of = sum(exercise.points for exercise in exercises)
    file.write_text(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Grades</title><style>{STYLE}</style>\n'
        f"<h1>Grades</h1><p>✓ done, ✗ not yet right (click it to see why), · not started, – not handed in.</p>\n"
        f"<table><thead><tr><th>student</th>{head}<th>points of {of}</th></tr></thead>\n{body}\n"
        f"<tr><th>in all</th>{foot}<td></td></tr></table></html>\n",
        encoding="utf-8",
        errors="replace",
    )


def _is_done(row: Row, exercise: Exercise) -> bool:
    return any(grade.exercise == exercise and grade.state is State.DONE for grade in row.outcome.grades)


def _row(row: Row, exercises: Sequence[Exercise]) -> str:
    if row.outcome.grades:
        grades = {grade.exercise: grade for grade in row.outcome.grades}
        cells = "".join(_cell(grades.get(exercise)) for exercise in exercises)
    else:
        cells = (
            f'<td class="stuck" colspan="{len(exercises)}"><pre>{NOT_GRADED}: {escape(row.outcome.failure)}</pre></td>'
        )
    return f"<tr><th>{escape(row.student)}</th>{cells}<td>{row.points if row.is_graded else ''}</td></tr>"


def _cell(grade: Grade | None) -> str:
    if grade is None:
        return "<td></td>"
    sign = SIGNS[grade.state]
    if grade.state is not State.NOT_YET_RIGHT:
        return f'<td class="{"done" if grade.state is State.DONE else ""}">{sign}</td>'
    return f'<td class="stuck"><details><summary>{sign}</summary><pre>{escape(str(grade.message))}</pre></details></td>'


def _no_formula(text: str) -> str:
    """`text` such that no spreadsheet takes it for a formula, or what stands in it behind another separator."""
    return re.sub(r"(^|[;\t\n])(\s*)([=+\-@])", r"\1\2'\3", text)


def _replace(file: Path, write: Callable[[Path], None]) -> bool:
    """Have `write` write a new file in full, then put it in the place of `file`. Returns whether that was possible."""
    new = file.with_name(f"{file.stem}-{os.getpid()}{file.suffix}")
    try:
        write(new)
        new.replace(file)
    except PermissionError:  # on Windows, where a program has it open
        print(f"{file} could not be replaced: close it where it is open, and rename {new.name}", file=sys.stderr)
        return False
    except OSError as error:
        print(f"{file} could not be written: {error}", file=sys.stderr)
        new.unlink(missing_ok=True)
        return False
    return True
