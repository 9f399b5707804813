"""When something was handed in, and how many days after the deadline.

Gradescope's export says when. Else the times of the files do, as the school's system, or whoever unpacked its archive,
has set them: those of the exercises, or that of a student's own archive. Canvas says itself who is late, by the due
date that it was given; then the files say only by how much.
"""

from __future__ import annotations

import argparse
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta, timezone

from chatlab.grading.course import Exercise
from chatlab.grading.handed_in.class_folder import CANVAS
from chatlab.grading.handed_in.hand_in import ARCHIVES, HandIn
from chatlab.grading.reports.class_row import Row
from chatlab.grading.submission import files_below


def as_deadline(text: str) -> datetime:
    """A date, which ends at midnight, or a time; here, if it names no zone. Raises argparse.ArgumentTypeError."""
    try:
        time = datetime.fromisoformat(text)
        return (time + timedelta(days="T" not in text and ":" not in text)).astimezone()
    except (ValueError, OverflowError, OSError):
        raise argparse.ArgumentTypeError(f"{text!r} is no time such as 2026-11-20T23:59, or 2026-11-20") from None


def in_time(hand_in: HandIn, row: Row, exercises: Sequence[Exercise], deadline: datetime | None) -> Row:
    """`row` with when `hand_in` came, and how many days late: a day that has begun is one."""
    time = hand_in.time or max(_times(hand_in, {exercise.file for exercise in exercises}), default=None)
    if time is None or deadline is None:
        return row._replace(handed_in=time)
    days = max(0, -((deadline - time) // timedelta(days=1)))
    canvas = [match for _, path in hand_in.paths if (match := CANVAS.fullmatch(path.name))]
    if canvas:
        days = max(1, days) if any(match["late"] for match in canvas) else 0
    return row._replace(handed_in=time, days_late=days)


def _times(hand_in: HandIn, names: Collection[str]) -> Iterator[datetime]:
    """Of the files that may count. Not of what may not be read: there is a row that says so."""
    for _, path in hand_in.paths:
        for file in files_below(path) if path.is_dir() else [path]:
            if path == file or file.name in names or file.name.lower().endswith(ARCHIVES):
                with suppress(OSError, ValueError, OverflowError):  # which year 60000 raises, each system its own
                    yield datetime.fromtimestamp(file.stat().st_mtime, timezone.utc).astimezone()
