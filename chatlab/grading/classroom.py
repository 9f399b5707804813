"""Grades a class: `python -m chatlab.grading.classroom SUBMISSIONS_DIR`, where each folder is one student's.

Each submission is graded in a process of its own, for a limited time; several at once. It gets a row in grades.csv, and
one in grades.html that says who is stuck where. A submission that breaks everything gets its row too.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import tempfile
import threading
import time
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from chatlab.grading.child import Outcome, grade_in_child, what_fails_to_load
from chatlab.grading.course import Exercise, find_folder, read_manifest
from chatlab.grading.reports.class_report import Row, count_rows, replace, write_csv, write_page
from chatlab.grading.submission import TwoOfOne, in_one_folder, readable
from chatlab.service.cli import Parser, print_line
from chatlab.service.options import from_to


def main(arguments: Sequence[str] | None = None) -> int:
    """The program. Returns its exit code: 0 if every submission was graded, and the grades are where they should be."""
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        folder = find_folder(Path.cwd())
        submissions = _submissions(given.submissions)
        output = _output(given.output or Path(f"{given.submissions.resolve()}-grades"))
    except LookupError as error:
        parser.error(error.args[0])
    except OSError as error:
        parser.error(str(error))
    if given.checks and (failure := what_fails_to_load(folder, given.checks.resolve())):
        parser.exit(2, f"{failure}\n")
    if others := [path for path in sorted(given.submissions.iterdir()) if not path.is_dir() and path.name[0] != "."]:
        print(f"not graded, no folder: {', '.join(map(readable, others))}", file=sys.stderr)
    classroom = Classroom(read_manifest(folder), folder, given.checks, given.seconds)
    rows: list[Row] = []
    start = time.monotonic()
    try:
        with closing(classroom.grade_all(submissions, given.jobs)) as graded:
            for row in tqdm(graded, total=len(submissions), unit="submission"):
                rows.append(row)
    except KeyboardInterrupt:
        pass
    rows.sort(key=lambda row: row.student)
    finished = len(rows) == len(submissions)
    page = output / (
        "grades.html" if finished or len(rows) >= count_rows(output / "grades.csv") else "interrupted.html"
    )
    replaced = [
        replace(page.with_suffix(".csv"), lambda file: write_csv(file, rows, classroom.exercises)),
        replace(page, lambda file: write_page(file, rows, classroom.exercises)),
    ]
    seconds = time.monotonic() - start
    where = os.fsencode(page).decode(errors="replace")
    print_line(f"{len(rows)} of {len(submissions)} submissions graded in {seconds:.0f} s: {where}")
    if not finished:
        return 130
    return 0 if all(replaced) else 1


@dataclass(frozen=True, slots=True)
class Classroom:
    """`folder`: of the exercises. `private`: of the private checks, or None. `seconds`: for one submission."""

    exercises: tuple[Exercise, ...]
    folder: Path
    private: Path | None
    seconds: float

    def grade_all(self, submissions: Sequence[Path], jobs: int) -> Generator[Row, None, None]:
        """Grade `jobs` at a time, and yield each row when it is done. To close the generator ends those that are under
        way.
        """
        stop = threading.Event()
        with ThreadPoolExecutor(jobs, "grade") as pool:
            futures = [pool.submit(self._grade, submission, stop) for submission in submissions]
            try:
                for future in as_completed(futures):
                    yield future.result()
            finally:
                stop.set()
                pool.shutdown(cancel_futures=True)

    def _grade(self, submission: Path, stop: threading.Event) -> Row:
        start = time.monotonic()
        try:
            with tempfile.TemporaryDirectory(prefix="chatlab-", ignore_cleanup_errors=True) as elsewhere:
                # What a submission writes, it writes there.
                files = in_one_folder(submission.resolve(), self.exercises, Path(elsewhere))
                # Else pytest may look from a folder that holds both, at whatever comes and goes in there.
                arguments = [str(self.folder), f"--rootdir={self.folder}", f"--submission={files}"]
                if self.private:
                    arguments.append(f"--checks={self.private.resolve()}")
                outcome = grade_in_child(self.exercises, arguments, Path(elsewhere), self.seconds, stop)
        except (OSError, TwoOfOne) as error:  # OSError: a folder that may not be read
            outcome = Outcome((), str(error))
        return Row(readable(submission), outcome, time.monotonic() - start)


def _submissions(folder: Path) -> list[Path]:
    """Raises OSError, or LookupError if there is none."""
    submissions = sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith((".", "__")))
    if not submissions:
        raise LookupError(f"{folder} has no folders: a folder for each student is what is graded")
    return submissions


def _output(folder: Path) -> Path:
    """Make the folder. Raises OSError, or LookupError if it holds anything but grades."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()) and not (folder / "grades.csv").exists():
        raise LookupError(f"{folder} holds other files: choose an empty folder with --output")
    return folder


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m chatlab.grading.classroom",
        description="Grades a class: a table of who is done with what, and who is stuck where.",
        allow_abbrev=False,
    )
    parser.add_argument("submissions", metavar="SUBMISSIONS_DIR", type=_folder, help="has a folder for each student")
    parser.add_argument("--output", metavar="DIR", type=Path, help="for the results (default: SUBMISSIONS_DIR-grades)")
    parser.add_argument("--checks", metavar="DIR", type=_folder, help="private checks, to be made as well")
    parser.add_argument(
        "--seconds",
        type=from_to(0.01, math.inf, float),
        default=300.0,
        help="for each submission (default: %(default)s)",
    )
    parser.add_argument(
        "--jobs",
        type=from_to(1, math.inf, int),
        default=os.cpu_count() or 1,
        help="how many at a time (default: %(default)s)",
    )
    return parser


def _folder(text: str) -> Path:
    folder = Path(text)
    if not folder.is_dir():
        raise argparse.ArgumentTypeError(f"{text}: there is no such folder")
    return folder


if __name__ == "__main__":
    sys.exit(main())
