"""What a student has handed in: where the exercises are in it, and the student's name.

That may be the files alone, a copy of the whole course, or a folder for each exercise. Its name may be anything that a
file system takes.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from chatlab.grading.course import Exercise
from chatlab.room.text import decode


def in_one_folder(submission: Path, exercises: Sequence[Exercise], elsewhere: Path) -> Path:
    """The folder in which the exercises of `submission` are, or a new one in `elsewhere` if they are in several.

    Raises TwoOfOne if it isn't clear which file counts.
    """
    names = {exercise.file for exercise in exercises}
    files = [file for file in sorted(submission.rglob("ex*.py")) if file.name in names]
    files = [file for file in files if file.parent.name != "solutions"] or files
    beside = Counter(file.parent for file in files)
    chosen: dict[str, Path] = {}
    for file in sorted(files, key=lambda file: -beside[file.parent]):
        other = chosen.setdefault(file.name, file)
        if beside[other.parent] == beside[file.parent] and other.read_bytes() != file.read_bytes():
            places = " and ".join(str(each.parent.relative_to(submission)) for each in (other, file))
            raise TwoOfOne(f"{file.name} is there twice, and not the same: in {places}. Remove one of them.")
    folders = {file.parent for file in chosen.values()} or {submission}
    together = elsewhere / readable(submission)
    if len(folders) > 1:
        together.mkdir()
        for file in chosen.values():
            shutil.copy(file, together)
        return together
    [folder] = folders
    if _is_utf8(folder):
        return folder
    together.symlink_to(folder, target_is_directory=True)  # what isn't UTF-8 can't be told to pytest-xdist
    return together


class TwoOfOne(Exception):
    """There are two files for one exercise. The text is one line to show."""


def readable(path: Path) -> str:
    """The name of `path`, which a stranger chose, as a line that is safe to show."""
    return decode(os.fsencode(path.name))


def _is_utf8(path: Path) -> bool:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True
