"""The rows of a class, kept as they come: what one run has graded is there for the next one, however the first ended.

A line of JSON each, in rows.jsonl beside the tables. A row counts as long as the submission, the checks and what was
asked for are the same; a later line takes the place of an earlier one.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from chatlab.grading.attempt.source import is_plain_file
from chatlab.grading.child import Outcome
from chatlab.grading.course import Exercise
from chatlab.grading.grade import Grade
from chatlab.grading.handed_in.likeness import Marks
from chatlab.grading.reports.class_row import Row

FILE = "rows.jsonl"


class KeptRows:
    """Those in `folder`. `exercises`: those that were asked for. `about`: what all rows depend on. Raises OSError if it
    can't be written there.
    """

    def __init__(self, folder: Path, exercises: Sequence[Exercise], about: str) -> None:
        self._file = folder / FILE
        self._exercises = {exercise.name: exercise for exercise in exercises}
        self._about = about
        with self._file.open("a+b") as file:  # what a killed run has left of a line is ended
            if file.seek(0, os.SEEK_END):
                file.seek(-1, os.SEEK_END)
                if file.read() != b"\n":
                    file.write(b"\n")

    def read(self) -> dict[str, Row]:
        """Those that count, by what was handed in."""
        rows = {}
        for line in self._file.read_text(encoding="utf-8").splitlines():
            try:
                kept = json.loads(line)
                if kept["about"] == self._about:
                    grades = [Grade.from_json(grade, self._exercises[grade["exercise"]]) for grade in kept["grades"]]
                    marks = {key: Marks(text, frozenset(runs)) for key, (text, runs) in kept["marks"].items()}
                    rows[kept["handed in"]] = Row(kept["student"], Outcome(tuple(grades)), kept["seconds"], marks)
            except (ValueError, TypeError, KeyError):  # half a line, or one that an older version of this has written
                continue
        return rows

    def add(self, handed_in: str, row: Row) -> None:
        """Raises OSError; then those before are still whole."""
        kept = {
            "about": self._about,
            "handed in": handed_in,
            "student": row.student,
            "seconds": row.seconds,
            "marks": {key: [text, sorted(runs)] for key, (text, runs) in row.marks.items()},
            "grades": [grade.to_json() for grade in row.outcome.grades],
        }
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(kept) + "\n")
            file.flush()
            os.fsync(file.fileno())


def digest(paths: Iterable[Path], *words: str) -> str:
    """A text that is the same as long as `words` are, and the names and contents of the files at and below `paths`. Of
    a file that is not to be read, its size and its time stand for its content.
    """
    found = hashlib.sha256(repr(words).encode(errors="surrogateescape"))
    for path in paths:
        found.update(_content(path) if path.is_file() else b"")
        for parent, names, files in os.walk(path):
            names[:] = sorted(name for name in names if name != "__pycache__")
            for name in sorted(files):
                file = Path(parent, name)
                found.update(os.fsencode(file.relative_to(path)) + b"\0" + _content(file))
    return found.hexdigest()


def _content(file: Path) -> bytes:
    try:
        if is_plain_file(file):
            return hashlib.sha256(file.read_bytes()).digest()
        status = file.stat()
    except OSError:
        return b"?"
    return f"{status.st_size} {status.st_mtime_ns}".encode()
