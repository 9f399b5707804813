"""How a check looks in a notebook: a card in the colours of JupyterLab's theme, with a text twin for everywhere else.

The hints fold open one inside the other, without a kernel: the card works in a notebook that was only opened, too.
Whatever comes from the learner's code is escaped. A card shows no time and no absolute path: it is stored in a
notebook and compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from textwrap import indent

from chatlab.grading.course import Exercise
from chatlab.grading.verdict import Grade, Message, State

IN_PRODUCTION = "In production:"
MARKS = {State.DONE: "✓", State.NOT_YET_RIGHT: "✗", State.NOT_STARTED: "○", State.WAITING: "○"}
COLOURS = {
    State.DONE: "var(--jp-success-color1, #388e3c)",
    State.NOT_YET_RIGHT: "var(--jp-warn-color1, #f57c00)",
    State.NOT_STARTED: "var(--jp-info-color1, #0097a7)",
}
BOX = (
    "border: 1px solid var(--jp-border-color1, #bdbdbd); border-left: 4px solid {colour}; border-radius: 4px; "
    "padding: 0.6em 1em; max-width: 46em; color: var(--jp-ui-font-color1, inherit); "
    "background: var(--jp-layout-color1, inherit); font-family: var(--jp-ui-font-family, sans-serif)"
)
LINE = "margin: 0.3em 0"
CODE = "margin: 0.5em 0; padding: 0.5em; background: var(--jp-layout-color2, inherit)"
BUTTON = (
    "display: inline-block; cursor: pointer; padding: 0.2em 0.8em; margin: 0.3em 0; border-radius: 4px; "
    "border: 1px solid var(--jp-border-color1, #bdbdbd); background: var(--jp-layout-color2, inherit)"
)


@dataclass(frozen=True, slots=True, repr=False)
class Card:
    """One exercise as it stands. `file`: where it is, as seen from the notebook."""

    grade: Grade
    file: str

    def __repr__(self) -> str:
        grade = self.grade
        lines = [_heading(grade), grade.exercise.objective]
        lines += [f"  {MARKS[check.state]} {check.title}" for check in grade.shown_checks]
        if grade.state is State.NOT_YET_RIGHT:
            lines.append(indent(f"\n{grade.message}\n", "    "))
        if grade.state is State.DONE:
            lines.append(f"{IN_PRODUCTION} {grade.exercise.production}")
        lines.append(f"{_next(grade)}: {self.file}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        grade = self.grade
        checks = "".join(f"<li>{MARKS[c.state]} {escape(c.title)}</li>" for c in grade.shown_checks)
        file = escape(self.file)
        parts = [
            f"<p><strong>{escape(_heading(grade))}</strong><br>{escape(grade.exercise.objective)}</p>",
            f'<ul style="list-style: none; padding-left: 0.5em; margin: 0.5em 0">{checks}</ul>',
            _message(grade.message) if grade.message and grade.state is State.NOT_YET_RIGHT else "",
            f'<p>{_next(grade)}: <a href="{file}">{file}</a></p>',
            _hints(grade.exercise.hints) if grade.state is not State.DONE else _production(grade.exercise),
        ]
        return _box("".join(parts), COLOURS[grade.state])


@dataclass(frozen=True, slots=True, repr=False)
class Note:
    """Why there is no card."""

    text: str

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return _box(f'<span style="white-space: pre-wrap">{escape(self.text)}</span>', COLOURS[State.NOT_YET_RIGHT])


def _heading(grade: Grade) -> str:
    exercise = grade.exercise
    unit = "point" if exercise.points == 1 else "points"
    return f"{exercise.key} {exercise.title}: {grade.state.value} ({grade.points} of {exercise.points} {unit})"


def _next(grade: Grade) -> str:
    match grade.state:
        case State.DONE:
            return "Done. Your code"
        case State.NOT_STARTED:
            return f"About {grade.exercise.minutes} minutes. Write your code here, save it, run this cell again"
        case _:
            return "Correct it here, save it, run this cell again"


def _message(message: Message) -> str:
    lines = "".join(f'<p style="{LINE}">{escape(line)}</p>' for line in (message.did, message.saw, message.means))
    where = _code(message.where) if message.where else ""
    return (
        lines
        + where
        + "".join(f'<p style="{LINE}">{title}</p>{_code(text)}' for title, text in message.appendix if text)
    )


def _production(exercise: Exercise) -> str:
    return f"<p>{IN_PRODUCTION} {escape(exercise.production)}</p>"


def _code(text: str) -> str:
    return f'<pre style="{CODE}">{escape(text)}</pre>'


def _hints(hints: tuple[str, ...]) -> str:
    """The first hint as a button; opening it shows the button of the next."""
    folded = ""
    for number, hint in reversed(list(enumerate(hints, start=1))):
        summary = f'<summary style="{BUTTON}">▸ Hint {number} of {len(hints)}</summary>'
        folded = f"<details>{summary}<p>{escape(hint)}</p>{folded}</details>"
    return folded


def _box(content: str, colour: str) -> str:
    return f'<div class="chatlab-card" style="{BOX.format(colour=colour)}">{content}</div>'
