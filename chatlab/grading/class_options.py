"""The command line of the class run."""

from __future__ import annotations

import argparse
import math
import os
from pathlib import Path

from chatlab.grading.course import Exercise, find_exercise
from chatlab.grading.handed_in.lateness import as_deadline
from chatlab.grading.kept_rows import FILE
from chatlab.service.cli import Parser
from chatlab.service.options import existing_folder, from_to

# For each processor: their checks wait most of the time.
AT_ONCE = 2


def class_parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m chatlab.grading.classroom",
        description="Grades a class: a table of who is done with what, and who is stuck where.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "submissions", metavar="SUBMISSIONS_DIR", type=existing_folder, help="has a folder or a zip for each student"
    )
    parser.add_argument("--output", metavar="DIR", type=Path, help="for the results (default: SUBMISSIONS_DIR-grades)")
    parser.add_argument("--only", metavar="EXERCISES", help="what is due, such as ex01,ex02 (default: all)")
    parser.add_argument(
        "--deadline", metavar="TIME", type=as_deadline, help="counts days late: 2026-11-20, or 2026-11-20T18:00"
    )
    parser.add_argument("--again", action="store_true", help="grade also what was graded before and has not changed")
    parser.add_argument("--checks", metavar="DIR", type=existing_folder, help="private checks, to be made as well")
    parser.add_argument(
        "--seconds",
        type=from_to(0.01, math.inf, float),
        default=300.0,
        help="for each submission (default: %(default)s)",
    )
    parser.add_argument(
        "--jobs",
        type=from_to(1, math.inf, int),
        default=AT_ONCE * (os.cpu_count() or 1),
        help="how many at a time (default: %(default)s)",
    )
    return parser


def chosen(exercises: tuple[Exercise, ...], only: str | None) -> tuple[Exercise, ...]:
    """Raises LookupError."""
    if only is None:
        return exercises
    chosen = {find_exercise(exercises, key.strip()).name for key in only.split(",")}
    return tuple(exercise for exercise in exercises if exercise.name in chosen)


def output_folder(folder: Path) -> Path:
    """Make the folder. Raises OSError, or LookupError if it holds anything but grades."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()) and not (folder / FILE).exists():
        raise LookupError(f"{folder} holds other files: choose an empty folder with --output")
    return folder
