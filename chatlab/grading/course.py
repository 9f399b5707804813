"""What exercises there are: exercises/exercises.toml, one table an exercise, in the order of the course.

A table's name (`ex00_warm_up`) names the stub `exercises/ex00_warm_up.py`, its checks
`exercises/test_ex00_warm_up.py` and the model answer `solutions/ex00_warm_up.py`. Its first four characters (`ex00`)
are the key by which people name the exercise. Beside them: what one run of the grader is about.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

MANIFEST = "exercises.toml"


@dataclass(frozen=True, slots=True)
class Exercise:
    """One exercise.

    `lesson`: its notebook, without `.ipynb`. `hints`: from a nudge to nearly the answer. `fence`: what may not be
    imported because the exercise is to write it: a module, or a name in one (`chatlab.udp.protocol.parse_request`).
    `production`: one line, shown after a pass: what a server in production would do as well. `stub`: the fingerprint of
    the untouched stub (chatlab.grading.attempt.source). `section`: the heading of the lesson under which it says what
    the exercise is about; '' for its beginning. `sections`: of checks that are about something else; the check, and
    its heading, behind the name of the lesson and `#` if it is another one. `shares`: of its points; the check with
    which each begins, and how many points it is (chatlab.grading.grade). In the manifest, `points` is a table of them:
    a share goes on to the check before the next one named. Or it is a number, for all checks together. `each`: its
    checks stand each for itself, none waits for the first; its stub works as it is, and is to be mended.
    """

    name: str
    title: str
    lesson: str
    objective: str
    shares: tuple[tuple[str, int], ...]
    minutes: int
    hints: tuple[str, ...]
    fence: tuple[str, ...] = ()
    production: str = ""
    stub: str = ""
    section: str = ""
    sections: tuple[tuple[str, str], ...] = ()
    each: bool = False

    @property
    def key(self) -> str:
        return self.name[:4]

    @property
    def points(self) -> int:
        return sum(points for _, points in self.shares)

    @property
    def file(self) -> str:
        return f"{self.name}.py"

    @property
    def checks(self) -> str:
        return f"test_{self.name}.py"

    @property
    def reading(self) -> str:
        return f"notebooks/{self.lesson}.ipynb"

    def read_again(self, check: str = "", section: str = "") -> str:
        """A lesson, `#`, and the heading in it: `section`, or the one under which it says what `check` is about."""
        lesson, _, heading = (section or dict(self.sections).get(check, self.section)).rpartition("#")
        return f"notebooks/{lesson or self.lesson}.ipynb#{heading}"


@dataclass(frozen=True, slots=True)
class Settings:
    """Of one run.

    `folder`: where the checks are. `private`: where more checks are, which are shown if `shows_private`; None for
    nowhere. `paths`: where each file to check is, by its name. `doubts`: why it isn't clear which file counts, a
    sentence, by its name. `contents`: of those that could be read when the run began, which count whatever the code
    under check does to the files, by their names. `limit`: seconds for a check. `tracebacks`: whether a message also
    has Python's traceback.
    """

    exercises: tuple[Exercise, ...]
    folder: Path
    private: Path | None
    shows_private: bool
    paths: Mapping[str, Path]
    doubts: Mapping[str, str]
    contents: Mapping[str, bytes]
    limit: float
    tracebacks: bool


def read_manifest(folder: Path) -> tuple[Exercise, ...]:
    """The exercises of `folder`. Raises LookupError, whose text is one line to show, if the file is no TOML, or if a
    table lacks a field or has one that nobody knows.
    """
    try:
        tables = tomllib.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise LookupError(f"{MANIFEST}: {error}") from None
    return tuple(_exercise(name, table) for name, table in tables.items())


def _exercise(name: str, table: dict[str, Any]) -> Exercise:
    needed = {"points" if f.name == "shares" else f.name: f.default is MISSING for f in fields(Exercise)[1:]}
    problems = [f"{field} is missing" for field, is_needed in needed.items() if is_needed and field not in table]
    problems += [f"{field} is no field" for field in table if field not in needed]
    points = table.get("points", 1)
    shares = tuple(points.items()) if isinstance(points, dict) else (("", points),)
    problems += [f"points can't be {share!r}" for _, share in shares if not (isinstance(share, int) and share > 0)]
    if problems:
        raise LookupError(f"{MANIFEST}, {name}: {', '.join(problems)}")
    given: dict[str, Any] = {
        field: tuple(value.items() if isinstance(value, dict) else value) if isinstance(value, list | dict) else value
        for field, value in table.items()
    }
    del given["points"]
    return Exercise(name=name, shares=shares, **given)


def in_points(number: int) -> str:
    return f"{number} point" + ("" if number == 1 else "s")


def find_exercise(exercises: tuple[Exercise, ...], key: str) -> Exercise:
    """The exercise called `key`: `ex00`, or its whole name. Raises LookupError, whose text is one line to show."""
    for exercise in exercises:
        if key in (exercise.key, exercise.name):
            return exercise
    raise LookupError(f"there is no exercise {key!r}: choose from {', '.join(e.key for e in exercises)}")


def find_folder(start: Path) -> Path:
    """The exercises' folder: `start`, one above it, or an `exercises/` in one of these.

    Raises LookupError, whose text is one line to show.
    """
    for parent in (start, *start.parents):
        for folder in (parent, parent / "exercises"):
            if (folder / MANIFEST).is_file():
                return folder
    raise LookupError(f"no exercises/{MANIFEST} in {start} or above it: start from inside the course's folder")
