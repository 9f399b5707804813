"""What one student handed in: when, and a copy of it to grade.

What runs is the copy, so a hand-in stays as it was. Of an archive nothing gets out of the copy's folder.
"""

from __future__ import annotations

import os
import re
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import IO

from chatlab.grading.attempt.source import MOST_BYTES
from chatlab.grading.submission import MOST_FILES, readable

ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz")


@dataclass(frozen=True, slots=True)
class HandIn:
    """What `student` handed in: a folder or an archive, or files, each with the name that the student gave it. `time`:
    when, if the school's system says so.
    """

    student: str
    paths: tuple[tuple[str, Path], ...]
    time: datetime | None = field(default=None, repr=False)

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


def as_file_name(student: str) -> str:
    """A name for a file or a folder of `student`: what no file system takes becomes `_`."""
    return re.sub(r"[^\w. -]", "_", student).strip(". ")[:100] or "_"


def _copy_folder(source: Path, target: Path) -> None:
    archives, answers = [], 0
    for parent, folders, names in islice(os.walk(source), MOST_FILES):
        folders[:] = [name for name in folders if not name.startswith((".", "__")) and name != "site-packages"]
        here = target / Path(parent).relative_to(source)
        here.mkdir(exist_ok=True)
        for name in names[:MOST_FILES]:
            answers += name.startswith("ex") and name.endswith(".py")
            if name.lower().endswith(ARCHIVES):
                archives.append(Path(parent, name))
            else:
                _copy_file(Path(parent, name), here / name)
    for archive in archives:
        if answers:  # it may be what a message names as a near miss
            (target / archive.name).touch()
        else:
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
        raise OSError(f"{readable(archive.name)} can't be unpacked: {error}") from None


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
