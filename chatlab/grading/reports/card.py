"""How a check looks in a notebook: the HTML that `chatlab.grading.reports.check_panel` shows, and a text twin.

The hints fold open one inside the other. Whatever comes from the learner's code is escaped. Links are relative to the
notebook, so that JupyterLab opens what they lead to beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import PurePosixPath
from textwrap import indent

from chatlab.grading.course import in_points
from chatlab.grading.grade import Grade
from chatlab.grading.reports.check_list import check_lines, check_list
from chatlab.grading.reports.marked_up import literal, prose, seen_and_expected, steps
from chatlab.grading.verdict import Message, State

IN_PRODUCTION = "In production:"


@dataclass(frozen=True, slots=True, repr=False)
class Card:
    """One exercise as it stands. `file`, `lessons`: its file and the folder of the lessons, as seen from the notebook;
    `onward`: the next lesson, '' after the last one.
    """

    grade: Grade
    file: str
    lessons: str
    onward: str = ""

    def __repr__(self) -> str:
        grade = self.grade
        lines = [_heading(grade), grade.exercise.objective, *check_lines(grade)]
        if grade.state is State.NOT_YET_RIGHT:
            for title, message in grade.messages:
                text = f"{title}:\n{message}" if title else str(message)
                lines.append(indent(f"\n{text}\n", "    "))
        if grade.state is State.DONE:
            lines.append(f"{IN_PRODUCTION} {grade.exercise.production}")
        lines.append(f"{_next(grade)}: {self.file}")
        if grade.state is State.DONE and self.onward:
            lines.append(f"Onwards: {self.onward}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        grade = self.grade
        parts = [
            f"<p><strong>{escape(_heading(grade))}</strong><br>{prose(grade.exercise.objective)}</p>",
            check_list(grade),
            *(map(self._message, grade.messages) if grade.state is State.NOT_YET_RIGHT else ()),
            f'<p class="chatlab-file">{_next(grade)}: {_link(self.file)}</p>',
            self._after_it() if grade.state is State.DONE else _hints(grade.exercise.hints),
        ]
        return _box(grade.state.value, "".join(parts))

    def _message(self, titled: tuple[str, Message]) -> str:
        title, message = titled
        did = steps(message.did)
        seen, expected, more = seen_and_expected(message.saw)
        parts = [
            f"<ol>{''.join(f'<li>{prose(step)}</li>' for step in did)}</ol>" if did[1:] else f"<p>{prose(did[0])}</p>",
            f"<dl><dt>Seen</dt><dd>{literal(seen)}</dd><dt>Expected</dt><dd>{literal(expected)}</dd></dl>"
            if expected
            else "",
            f"<p>{prose(more)}</p>" if more else "",
            f"<p>{prose(message.means)}</p>",
            _code(message.where) if message.where else "",
            self._read_again(message) if message.reading else "",
            *(f"<p>{title}</p>{_code(text)}" for title, text in message.appendix if text),
        ]
        shown = f'<div class="chatlab-message">{"".join(parts)}</div>'
        return f"<details><summary>✗ {prose(title)}</summary>{shown}</details>" if title else shown

    def _read_again(self, message: Message) -> str:
        path, _, section = message.reading.replace("`", "").partition("#")  # a page shows a heading without them
        lesson = PurePosixPath(path)
        of = "" if lesson.stem == self.grade.exercise.lesson else f"lesson {lesson.stem[:2]}, "
        link = f"{PurePosixPath(self.lessons, lesson.name)}{anchor(section)}"
        return f"<p>Read again: {_link(link, of + (section or lesson.name))}</p>"

    def _after_it(self) -> str:
        onward = f"<p>Onwards: {_link(self.onward)}</p>" if self.onward else ""
        return f"<p>{IN_PRODUCTION} {prose(self.grade.exercise.production)}</p>{onward}"


@dataclass(frozen=True, slots=True, repr=False)
class Note:
    """Why there is no card."""

    text: str

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return _box("note", f'<span style="white-space: pre-wrap">{escape(self.text)}</span>')


def anchor(heading: str) -> str:
    """What leads to a heading of a notebook, behind the notebook's name; '' for ''."""
    return f"#{heading.replace(' ', '-')}" if heading else ""


def _heading(grade: Grade) -> str:
    exercise = grade.exercise
    points = in_points(exercise.points)
    match grade.state:
        case State.DONE:
            standing = f"done, {points}"
        case State.NOT_STARTED:
            standing = f"not started, {points}, about {exercise.minutes} minutes"
        case State.NOT_HANDED_IN:
            standing = f"its file is not there, {points}"
        case _:
            passed = sum(check.state is State.DONE for check in grade.shown_checks)
            share = f"{grade.points} of {points}" if grade.shares[1:] else f"{points} when all do"
            standing = f"not yet right, {passed} of {len(grade.shown_checks)} checks pass ({share})"
    return f"{exercise.key} {exercise.title}: {standing}"


def _next(grade: Grade) -> str:
    match grade.state:
        case State.DONE:
            return "Your code"
        case State.NOT_STARTED:
            return "Write your code here, and save it"
        case _:
            return "Correct it here, and save it"


def _link(to: str, words: str = "") -> str:
    return f'<a href="{escape(to)}">{escape(words or to)}</a>'


def _code(text: str) -> str:
    return f"<pre>{escape(text)}</pre>"


def _hints(hints: tuple[str, ...]) -> str:
    """The first hint as a button; opening it shows the button of the next."""
    folded = ""
    for number, hint in reversed(list(enumerate(hints, start=1))):
        folded = f"<details><summary>▸ Hint {number} of {len(hints)}</summary><p>{prose(hint)}</p>{folded}</details>"
    return folded


def _box(kind: str, content: str) -> str:
    return f'<div class="chatlab-card chatlab-{kind.replace(" ", "-")}">{content}</div>'
