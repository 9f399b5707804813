"""How a class went, in files: grades.csv for a spreadsheet, in which nothing of a hand-in starts a formula;
grades.json; the page grades.html; grades.xml for CI servers.
"""

from __future__ import annotations

import csv
import json
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from chatlab.grading.course import Exercise
from chatlab.grading.reports.class_junit import write_junit
from chatlab.grading.reports.class_page import write_page
from chatlab.grading.reports.class_row import NOT_GRADED, Row
from chatlab.grading.reports.feedback import write_feedback

MOST_NAMED = 20  # of those that were not graded


def write_reports(folder: Path, rows: Sequence[Row], exercises: Sequence[Exercise]) -> bool:
    """Write grades.csv, grades.json, grades.html, grades.xml, and feedback/ with a page for each student. Returns
    whether all are there.
    """
    written = [
        _replace(folder / "grades.csv", lambda file: write_csv(file, rows, exercises)),
        _replace(folder / "grades.json", lambda file: write_json(file, rows, exercises)),
        _replace(folder / "grades.html", lambda file: write_page(file, rows, exercises)),
        _replace(folder / "grades.xml", lambda file: write_junit(file, rows)),
    ]
    try:
        write_feedback(folder / "feedback", rows)
    except (OSError, UnicodeError) as error:  # a system without UTF-8 can't have each student's name in a file's
        print(f"{folder / 'feedback'} could not be written: {error}", file=sys.stderr)
        return False
    return all(written)


def say_what_is_missing(missing: Sequence[Row], of: int) -> None:
    if missing:
        named = ", ".join(f"{row.student} ({row.stuck_at})" for row in missing[:MOST_NAMED])
        print(f"{len(missing)} of {of} NOT graded: {named}", file=sys.stderr)


def write_csv(file: Path, rows: Sequence[Row], exercises: Sequence[Exercise]) -> None:
    """Write a column for the points of each exercise, and one for its state; no points are in the row of who was not
    graded. Spreadsheets want a byte order mark at the beginning of UTF-8.
    """
    of = sum(exercise.points for exercise in exercises)
    keys = [exercise.key for exercise in exercises]
    with file.open("w", encoding="utf-8-sig", errors="replace", newline="") as sink:
        table = csv.writer(sink)
        titles = [*keys, "points", "of", "seconds", "stuck at", *(f"{key} state" for key in keys)]
        table.writerow(["student", *titles, "handed in", "days late", "alike"])
        for row in rows:
            grades = {grade.exercise.key: grade for grade in row.outcome.grades}
            points: list[object] = [grades[key].points if key in grades else "" for key in keys]
            states = [grades[key].state.value if key in grades else NOT_GRADED for key in keys]
            in_all = row.points if row.is_graded else ""
            reason = _no_formula(row.stuck_at)
            columns = [*points, in_all, of, round(row.seconds), reason, *states, _time(row), row.days_late]
            columns.append(_no_formula("; ".join(map(str, row.alike))))
            table.writerow([_no_formula(row.student), *columns])


def write_json(file: Path, rows: Sequence[Row], exercises: Sequence[Exercise]) -> None:
    """Write an object for each hand-in; `points` is null for who was not graded, and `failure` says why."""
    of = sum(exercise.points for exercise in exercises)
    data = [
        {
            "student": row.student,
            "points": row.points if row.is_graded else None,
            "of": of,
            "failure": row.outcome.failure or None,
            "handed_in": _time(row),
            "days_late": row.days_late,
            "alike": [likeness._asdict() for likeness in row.alike],
            "exercises": [grade.to_json() for grade in row.outcome.grades],
        }
        for row in rows
    ]
    lines = ",\n".join(json.dumps(each, ensure_ascii=False) for each in data)
    file.write_text(f"[\n{lines}\n]\n", encoding="utf-8", errors="replace")


def _time(row: Row) -> str | None:
    """When it was handed in, here."""
    return row.handed_in.astimezone().isoformat(" ", "minutes") if row.handed_in else None


def _no_formula(text: str) -> str:
    """`text` such that no spreadsheet takes it for a formula, or what stands in it behind another separator.

    Python 3.10 can't write NUL.
    """
    return re.sub(r"(^|[;\t\n])(\s*)([=+\-@])", r"\1\2'\3", text.replace("\0", "\ufffd"))


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
