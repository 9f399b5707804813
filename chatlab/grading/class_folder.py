"""The hand-ins of a class in the shape that a school's system gives them: whose each is, and a copy of it to grade.

    Ada Lovelace/…, Ada Lovelace.zip                    a folder a student, or a zip, tar or tar.gz
    Ada Lovelace_123456_assignsubmission_file_/…        Moodle's
    lovelaceada_LATE_12345_678901_ex01_receipts-1.py    Canvas's: all in one folder; of one name, the newest counts

What runs is the copy, so a hand-in stays as it was. Of an archive nothing gets out of the copy's folder.
"""

from __future__ import annotations

import os
import re
import stat
import tarfile
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from chatlab.grading.attempt.source import MOST_BYTES
from chatlab.grading.submission import MOST_FILES, readable

ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz")
MOODLE = re.compile(r"(?P<student>.+?)_(?P<number>\d+)_assignsubmission_\w+")
CANVAS = re.compile(r"(?P<student>[^_]+)_(?:LATE_)?(?P<number>\d+)_(?P<file>\d+)_(?P<name>.+?)(?:-\d+)?(?P<end>\.\w+)")


@dataclass(frozen=True, slots=True)
class HandIn:
    """What `student` handed in: a folder or an archive, or files, each with the name that the student gave it."""

    student: str
    paths: tuple[tuple[str, Path], ...]

    def copy(self, target: Path) -> None:
        """Copy what may count into the new folder `target`. Raises OSError if something may not be read, or written."""
        target.mkdir()
        for name, path in self.paths:
            if path.is_dir():
                _copy_folder(path, target)
            elif name.lower().endswith(ARCHIVES):
                _unpack(path, target)
            else:
                _copy_file(path, target / name)


def hand_ins(folder: Path) -> tuple[list[HandIn], list[Path]]:
    """Those in `folder`, and what is none. Raises OSError."""
    found: defaultdict[str, list[tuple[str, Path]]] = defaultdict(list)
    others: list[Path] = []
    paths = sorted(path for path in folder.iterdir() if not path.name.startswith((".", "__", "$", "@")))
    moodle = defaultdict[str, set[str]](set)
    for path in paths:
        if match := MOODLE.fullmatch(path.name):
            moodle[match["student"]].add(match["number"])
    for path in paths:
        match = MOODLE.fullmatch(path.name)
        student = match["student"] if match and len(moodle[match["student"]]) == 1 else path.name
        if path.is_dir():
            found[student].append((path.name, path))
        elif path.is_file() and (match := CANVAS.fullmatch(path.name)):
            found[f"{match['student']} {match['number']}"].append((match["name"] + match["end"], path))
        elif ending := next((end for end in ARCHIVES if path.name.lower().endswith(end)), ""):
            found[student.removesuffix(path.name[-len(ending) :])].append((path.name, path))
        else:
            others.append(path)
    return [HandIn(readable(Path(name)), _newest_last(paths)) for name, paths in sorted(found.items())], others


def _newest_last(paths: list[tuple[str, Path]]) -> tuple[tuple[str, Path], ...]:
    """Canvas numbers files as they come: of one name, the last takes the place of the others."""

    def number(named: tuple[str, Path]) -> int:
        match = CANVAS.fullmatch(named[1].name)
        return int(match["file"]) if match else 0

    return tuple(sorted(paths, key=number))


def _copy_folder(source: Path, target: Path) -> None:
    archives, answers = [], 0
    for number, (parent, folders, names) in enumerate(os.walk(source)):
        if number > MOST_FILES:
            break
        folders[:] = [name for name in folders if not name.startswith((".", "__")) and name != "site-packages"]
        here = target / Path(parent).relative_to(source)
        here.mkdir(exist_ok=True)
        for name in names[:MOST_FILES]:
            answers += name.startswith("ex") and name.endswith(".py")
            if name.lower().endswith(ARCHIVES):
                archives.append(Path(parent, name))
            else:
                _copy_file(Path(parent, name), here / name)
    for archive in archives if not answers else []:
        _unpack(archive, target)


def _copy_file(source: Path, target: Path) -> None:
    """Of a file that is too large to count, the beginning; for a pipe, a device or a link to nowhere, a folder: who
    loads it says that it is no file.
    """
    try:
        is_file = stat.S_ISREG(source.stat().st_mode)
    except FileNotFoundError:
        is_file = False
    if not is_file:
        target.mkdir(exist_ok=True)
    elif target.suffix == ".py" or source.stat().st_size <= MOST_BYTES:
        with source.open("rb") as file:
            target.write_bytes(file.read(MOST_BYTES + 1))


def _unpack(archive: Path, target: Path) -> None:
    """Raises OSError, with words for who reads the grades."""
    try:
        for name, file in _members(archive):
            path = PurePosixPath(name.replace("\\", "/"))
            if path.is_absolute() or {"..", "__MACOSX"} & set(path.parts) or ":" in name:
                continue
            place = target.joinpath(*path.parts)
            place.parent.mkdir(parents=True, exist_ok=True)
            with suppress(IsADirectoryError):
                place.write_bytes(file.read(MOST_BYTES + 1))
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise OSError(f"{readable(archive)} can't be unpacked: {error}") from None


def _members(archive: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """The plain files in it, MOST_FILES at most."""
    if archive.suffix.lower() == ".zip":
        with zipfile.ZipFile(archive) as zipped:
            for member in zipped.infolist()[:MOST_FILES]:
                if not member.is_dir() and not stat.S_ISLNK(member.external_attr >> 16):
                    with zipped.open(member) as file:
                        yield member.filename, file
        return
    with tarfile.open(archive) as packed:
        for number, entry in enumerate(packed):
            if number < MOST_FILES and entry.isreg() and (content := packed.extractfile(entry)):
                with content:
                    yield entry.name, content
