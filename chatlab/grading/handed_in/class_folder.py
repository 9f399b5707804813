"""The hand-ins of a class in the shape that a school's system gives them, and whose each is.

    Ada Lovelace/…, Ada Lovelace.zip                    a folder a student, or a zip, tar or tar.gz
    Ada Lovelace_123456_assignsubmission_file_/…        Moodle's
    lovelaceada_LATE_12345_678901_ex01_receipts-1.py    Canvas's: all in one folder; of one name, the newest counts
    submission_678901/…                                 Gradescope's, with the names of its submission_metadata.yml

People are never put together: where two have one name, what the system calls them is the name of each.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from chatlab.grading.handed_in.gradescope_export import METADATA, Exported, read_export
from chatlab.grading.handed_in.hand_in import ARCHIVES, HandIn
from chatlab.grading.submission import readable

NO_STUDENT = (".", "__", "$", "@")  # .git, __MACOSX, $RECYCLE.BIN, @eaDir
MOODLE = re.compile(r"(?P<student>.+?)_(?P<number>\d+)_assignsubmission_\w+")
CANVAS = re.compile(
    r"(?P<student>[^_]+)_(?P<late>LATE_)?(?P<number>\d+)_(?P<file>\d+)_(?P<name>.+?)(?:-\d+)?(?P<end>\.\w+)"
)


class Named(NamedTuple):
    """Whose something is: `student`, or in full `unique`, for where several are called `student`. `person`: what tells
    those apart. `name`: what the student called it.
    """

    student: str
    person: str
    unique: str
    name: str


def hand_ins(folder: Path) -> tuple[list[HandIn], list[Path]]:
    """Those in `folder`, and what is none: also folders that systems and programs make. Raises OSError."""
    export = read_export(folder)
    paths = sorted(path for path in folder.iterdir() if not path.name.startswith(NO_STUDENT) or path.is_dir())
    named = [(_named(path, export), path) for path in paths if path.name != METADATA]
    people = defaultdict[str, set[str]](set)
    for names, _ in named:
        if names:
            people[names.student].add(names.person)
    found: defaultdict[str, list[tuple[str, Path]]] = defaultdict(list)
    for names, path in named:
        if names:
            student = names.student if len(people[names.student]) == 1 else names.unique
            found[student].append((names.name, path))
    others = [path for names, path in named if not names]
    return [_hand_in(student, paths, export) for student, paths in sorted(found.items())], others


def _named(path: Path, export: Mapping[str, Exported]) -> Named | None:
    """None if it is no hand-in."""
    if path.name.startswith(NO_STUDENT):
        return None
    if path.is_file() and (match := CANVAS.fullmatch(path.name)):
        student = f"{match['student']} {match['number']}"
        return Named(student, match["number"], student, match["name"] + match["end"])
    ending = next((end for end in ARCHIVES if path.name.lower().endswith(end)), "")
    if not path.is_dir() and not (ending and path.is_file()):
        return None
    if path.name in export and (people := export[path.name].people):
        return Named(people, path.name, f"{people} {path.name}", path.name)
    name = path.name if path.is_dir() else path.name[: -len(ending)]
    if match := MOODLE.fullmatch(name):
        return Named(match["student"], match["number"], name, path.name)
    return Named(name, "", name, path.name)


def _hand_in(student: str, paths: list[tuple[str, Path]], export: Mapping[str, Exported]) -> HandIn:
    """Canvas numbers files as they come: of one name, the last takes the place of the others."""

    def number(named: tuple[str, Path]) -> int:
        match = CANVAS.fullmatch(named[1].name)
        return int(match["file"]) if match else 0

    exported = [export[path.name] for _, path in paths if path.name in export]
    return HandIn(readable(student), tuple(sorted(paths, key=number)), exported[0].time if exported else None)
