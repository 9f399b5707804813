"""The page of a class: who is done with what, who is stuck where and why, and what many have not got right.

It is one file that needs nothing beside it. Whatever comes from a hand-in is escaped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape
from pathlib import Path

from chatlab.grading.course import Exercise
from chatlab.grading.grade import Grade
from chatlab.grading.reports.class_row import NOT_GRADED, Row
from chatlab.grading.verdict import State

PAGE = Path(__file__).parent / "page"
SIGNS = {State.DONE: "✓", State.NOT_YET_RIGHT: "✗", State.NOT_STARTED: "·", State.NOT_HANDED_IN: "–"}
MOST_FAILED = 10  # checks that are named


def write_page(file: Path, rows: Sequence[Row], exercises: Sequence[Exercise]) -> None:
    """Write grades.html."""
    style, script = ((PAGE / name).read_text(encoding="utf-8") for name in ("grades.css", "grades.js"))
    of = sum(exercise.points for exercise in exercises)
    last = (f"points of {of}", "days late", "alike", "stuck at")
    titles = [("student", ""), *((e.key, e.title) for e in exercises), *((name, "") for name in last)]
    head = "".join(
        f'<th title="{escape(title)}"><button type="button">{escape(name)}</button></th>' for name, title in titles
    )
    foot = "".join(f"<td>{_done(rows, exercise)} of {len(rows)} done</td>" for exercise in exercises)
    places = "".join(f"<option>{place}</option>" for place in sorted({row.place for row in rows} - {""}))
    failed = "".join(f"<li>{line}</li>" for line in _what_many_fail(rows))
    body = "\n".join(_row(row, exercises) for row in rows)
    file.write_text(
        f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Grades</title>
<style>{style}</style>
<h1>Grades</h1>
<p>✓ done, ✗ not yet right (click it to see why), with its points so far, · not started, – not handed in; empty:
{NOT_GRADED}. A click on a heading sorts. Alike: how many
answers are like another's (click it to see whose).</p>
<div class="controls"><label>Name <input id="name" type="search"></label>
<label>Stuck at <select id="stuck-at"><option value="">anywhere</option>{places}</select></label>
<output id="shown"></output></div>
<table><thead><tr>{head}</tr></thead>
<tbody>
{body}
</tbody>
<tfoot><tr><th>in all</th>{foot}<td>{_mean(rows)}</td><td>{_late(rows)}</td><td></td><td></td></tr></tfoot></table>
<h2>What many have not got right</h2>
<ol>{failed}</ol>
<script>{script}</script></html>
""",
        encoding="utf-8",
        errors="replace",
    )


def _done(rows: Sequence[Row], exercise: Exercise) -> int:
    return sum(grade.exercise == exercise and grade.state is State.DONE for row in rows for grade in row.outcome.grades)


def _mean(rows: Sequence[Row]) -> str:
    graded = [row.points for row in rows if row.is_graded]
    return f"{sum(graded) / len(graded):.1f} on average" if graded else ""


def _late(rows: Sequence[Row]) -> str:
    if all(row.days_late is None for row in rows):
        return ""
    return f"{sum(bool(row.days_late) for row in rows)} of {len(rows)} late"


def _what_many_fail(rows: Sequence[Row]) -> list[str]:
    """The checks that most hand-ins do not pass, one a line."""
    failed = Counter(
        (grade.exercise.key, check.title)
        for row in rows
        for grade in row.outcome.grades
        for check in grade.checks
        if check.state is State.NOT_YET_RIGHT
    )
    return [
        f"{count} of {len(rows)} fail {key}: {escape(title)}" for (key, title), count in failed.most_common(MOST_FAILED)
    ]


def _row(row: Row, exercises: Sequence[Exercise]) -> str:
    grades = {grade.exercise: grade for grade in row.outcome.grades}
    cells = "".join(_cell(grades.get(exercise)) for exercise in exercises)
    points = row.points if row.is_graded else ""
    why = row.stuck_at if row.is_graded else f"{NOT_GRADED}: {row.outcome.failure}"
    return (
        f'<tr data-stuck-at="{row.place}"><th>{escape(row.student)}</th>{cells}<td>{points}</td>'
        f"<td>{'' if row.days_late is None else row.days_late}</td>{_alike(row)}"
        f'<td data-key="{row.place}">{escape(why)}</td></tr>'
    )


def _alike(row: Row) -> str:
    if not row.alike:
        return "<td></td>"
    lines = "<br>".join(escape(str(likeness)) for likeness in row.alike)
    return f'<td data-key="{len(row.alike)}"><details><summary>{len(row.alike)}</summary>{lines}</details></td>'


def _cell(grade: Grade | None) -> str:
    if grade is None:
        return "<td></td>"
    sign = SIGNS[grade.state]
    if grade.state is State.NOT_YET_RIGHT:
        message = escape(str(grade.message))
        sign += f" {grade.points}" if grade.points else ""
        details = f"<details><summary>{sign}</summary><pre>{message}</pre></details>"
        return f'<td class="stuck" data-key="{sign}">{details}</td>'
    return f'<td class="{"done" if grade.state is State.DONE else ""}">{sign}</td>'
