"""What a student has handed in: which file of it counts for which exercise.

That may be the files alone, a copy of the whole course, or a folder for each task. One rule for `--submission` and for
a class: an untouched stub competes with no answer, the course's own model answers are nobody's, identical files are
one, and the folder that has most of the exercises has the first word. Files of several people are never put together.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from chatlab.grading.attempt.source import fingerprint, is_plain_file
from chatlab.grading.course import Exercise
from chatlab.room.text import decode

MODELS = "solutions"  # the folder of model answers in a copy of the course
MOST_FILES = 20_000  # that are looked at
# A folder for a task of one person's, such as "ps1", "week 2" or "homework"; any other may be a person.
TASK = re.compile(
    r"(?i)(ex|ps|hw|homework|week|lesson|task|part|problem|assignment|exercise|solution|chatlab)s?(?![a-z]).*"
)


class SeveralPeople(Exception):
    """The folder holds the files of more than one person. The text is one line to show."""


class Submission:
    """The files below `folder`. `models`: where the course's own answers are. Raises SeveralPeople.

    `paths`: of the file that counts for each exercise, by its name; where it would be, if there is none. `doubts`: why
    it isn't clear which one counts, a sentence each.
    """

    def __init__(self, folder: Path, exercises: Sequence[Exercise], models: Path) -> None:
        names = {exercise.file: exercise for exercise in exercises}
        below: dict[str, list[Path]] = {name: [] for name in names}
        for file in files_below(folder):
            if file.name in names:
                below[file.name].append(file)
        is_elsewhere = any(file.parent.name != MODELS for files in below.values() for file in files)
        if is_elsewhere:
            below = {name: [file for file in files if file.parent.name != MODELS] for name, files in below.items()}
        counting = {name: _that_count(files, names[name], models) for name, files in below.items()}
        beside = Counter(file.parent for files in counting.values() for file in files)
        self.paths: dict[str, Path] = {}
        self.doubts: dict[str, str] = {}
        for name, files in counting.items():
            most = max((beside[file.parent] for file in files), default=0)
            first, *others = [file for file in files if beside[file.parent] == most] or [folder / name]
            self.paths[name] = first
            if others:
                places = sorted(str(file.parent.relative_to(folder)) for file in (first, others[0]))
                self.doubts[name] = f"{name} is there twice, and not the same: in {' and '.join(places)}."
        _expect_one_person(folder, [file for files in below.values() for file in files])


def _expect_one_person(folder: Path, files: Sequence[Path]) -> None:
    """Raises SeveralPeople."""
    inside = {file.relative_to(folder).parts[0] for file in files if file.parent != folder}
    people = sorted(name for name in inside if not TASK.fullmatch(name))
    if len(people) > 1:
        shown = ", ".join(map(readable, people[:3]))
        raise SeveralPeople(f"it holds folders of several people ({shown}): give the folder above the students")


def readable(name: str) -> str:
    """`name`, which a stranger chose, as a line that is safe to show."""
    return decode(os.fsencode(name))


def files_below(folder: Path) -> Iterator[Path]:
    """In order, MOST_FILES at most; what begins with a dot, or belongs to a Python, is left out. Links to folders are
    not followed.
    """
    seen = 0
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")) and name != "site-packages")
        for name in sorted([*names, *folders]):
            seen += 1
            if seen > MOST_FILES:
                return
            yield Path(parent, name)


def _that_count(files: list[Path], exercise: Exercise, models: Path) -> list[Path]:
    """Of the files of one name those that may count, no two of them the same."""
    texts = {file: text_of(file) for file in files}
    model = text_of(models / exercise.file)
    answers = [file for file in files if file.parent.name != MODELS or texts[file] != model]
    answers = [file for file in answers if not is_stub(texts[file], exercise)] or answers
    return [file for number, file in enumerate(answers) if texts[file] not in [texts[f] for f in answers[:number]]]


def text_of(file: Path) -> bytes:
    """What is in it, whatever ends its lines; of what is not to be read, its path."""
    try:
        if is_plain_file(file):
            return file.read_bytes().replace(b"\r\n", b"\n")
    except OSError:  # whoever loads it says so
        pass
    return os.fsencode(file)


def is_stub(text: bytes, exercise: Exercise) -> bool:
    try:
        return fingerprint(text.decode("utf-8-sig")) == exercise.stub
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return False
