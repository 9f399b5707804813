"""The checks of an exercise with how each went, under the share of its points that they are for: a text, and HTML."""

from __future__ import annotations

from html import escape

from chatlab.grading.grade import Grade
from chatlab.grading.reports.marked_up import prose
from chatlab.grading.verdict import CheckResult, State

MARKS = {
    State.DONE: "✓",
    State.NOT_YET_RIGHT: "✗",
    State.NOT_HANDED_IN: "✗",
    State.NOT_STARTED: "○",
    State.WAITING: "○",
}


def check_lines(grade: Grade) -> list[str]:
    return [
        line
        for heading, checks in _parts(grade)
        for line in ([f"  {heading}"] if heading else [])
        + [f"  {MARKS[check.state]} {check.title}" for check in checks]
    ]


def check_list(grade: Grade) -> str:
    """HTML. What comes from strangers is escaped in it."""
    return "".join(
        (f'<p class="chatlab-share">{escape(heading)}</p>' if heading else "")
        + f'<ul class="chatlab-checks">{"".join(f"<li>{MARKS[c.state]} {prose(c.title)}</li>" for c in checks)}</ul>'
        for heading, checks in _parts(grade)
    )


def _parts(grade: Grade) -> list[tuple[str, tuple[CheckResult, ...]]]:
    """Checks under a heading. There is none where the share is all, or a check, whose mark says it."""
    if len(grade.shares) == 1 or grade.exercise.each or grade.state is State.DONE:
        return [("", grade.shown_checks)]
    return [(f"{share}, for all of these:", share.checks) for share in grade.shares]
