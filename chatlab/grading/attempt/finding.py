"""What was found in a check, as the parts of a Message that depend on it."""

from __future__ import annotations

from traceback import FrameSummary, format_exception_only
from typing import NamedTuple

from chatlab.grading.attempt.learner_file import LearnerFile
from chatlab.grading.verdict import State


class Finding(NamedTuple):
    """`saw`, `means` and `where` of a Message, and the `section` to read again, if it is not the check's."""

    state: State
    saw: str
    means: str
    where: str = ""
    section: str = ""


def named(error: BaseException) -> str:
    return "".join(format_exception_only(type(error), error)).strip()


def line_of(number: int, file: LearnerFile, text: str | None = None) -> FrameSummary:
    return FrameSummary(str(file.path), number, "", line=text)


def where_of(file: LearnerFile, frame: FrameSummary) -> str:
    inside = f", in {frame.name}" if frame.name else ""
    return f"{file.path.name}, line {frame.lineno}{inside}\n    {(frame.line or '').strip()}"
