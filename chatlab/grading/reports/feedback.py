"""A page for each student, to hand back: what the student sees, so nothing of a private check but how many passed."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from chatlab.grading.course import in_points
from chatlab.grading.grade import Grade
from chatlab.grading.handed_in.hand_in import as_file_name
from chatlab.grading.reports.check_list import check_list
from chatlab.grading.reports.class_row import NOT_GRADED, Row

STYLE = """:root { color-scheme: light dark; }
body { font-family: system-ui, sans-serif; max-width: 45em; margin: 1rem auto; padding: 0 1rem; }
pre { white-space: pre-wrap; background: #8882; padding: 0.5em; }
.chatlab-share { margin-bottom: 0; }
.chatlab-checks { list-style: none; margin-top: 0; padding-left: 1em; }"""


def write_feedback(folder: Path, rows: Sequence[Row]) -> None:
    """Write NAME.html into `folder` for each of `rows`."""
    folder.mkdir(exist_ok=True)
    taken: set[str] = set()
    for row in rows:
        name = as_file_name(row.student)
        while name.casefold() in taken:
            name += "_"
        taken.add(name.casefold())
        (folder / f"{name}.html").write_text(_page(row), encoding="utf-8", errors="replace")


def _page(row: Row) -> str:
    of = sum(grade.exercise.points for grade in row.outcome.grades)
    standing = f"{row.points} of {of} points" if row.is_graded else f"{NOT_GRADED}: {row.stuck_at}"
    parts = "\n".join(map(_part, row.outcome.grades))
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{escape(row.student)}</title><style>{STYLE}</style>
<h1>{escape(row.student)}</h1><p>{escape(standing)}</p>
{parts}
</html>
"""


def _part(grade: Grade) -> str:
    exercise = grade.exercise
    standing = f"{grade.state.value}, {grade.points} of {in_points(exercise.points)}"
    lines = [f"<h2>{exercise.key} {escape(exercise.title)}: {standing}</h2>", check_list(grade)]
    if grade.private_checks:
        lines.append(f"<p>{grade.private_checks}.</p>")
    if grade.shown_message:
        lines.append(f"<pre>{escape(str(grade.shown_message))}</pre>")
    return "\n".join(lines)
