"""Grades a class: `python -m chatlab.grading.classroom SUBMISSIONS_DIR`, where each folder is one student's.

Each submission is graded in a process of its own, which has a limited time; several at once. What comes of it is a row
in grades.csv, and one in grades.html: who is stuck where. A submission that breaks everything gets its row too.
"""

from __future__ import annotations

import argparse
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

from chatlab.grading.child import Outcome, grade_in_child
from chatlab.grading.class_report import Row, write_csv, write_page
from chatlab.grading.manifest import Exercise, find_folder, read_manifest
from chatlab.program import Parser


def main(arguments: Sequence[str] | None = None) -> int:
    """The program. Returns its exit code: 0 if every submission was graded."""
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
    write_csv(output / "grades.csv", rows, classroom.exercises)
    write_page(output / "grades.html", rows, classroom.exercises)
    seconds = time.monotonic() - start
    print(f"{len(rows)} of {len(submissions)} submissions graded in {seconds:.0f} s: {output / 'grades.html'}")
    return 0 if len(rows) == len(submissions) else 130


@dataclass(frozen=True, slots=True)
class Classroom:
    """`folder`: of the exercises. `private`: of the private checks, or None. `seconds`: for one submission."""

    exercises: tuple[Exercise, ...]
    folder: Path
    private: Path | None
    seconds: float

    def grade_all(self, submissions: Sequence[Path], jobs: int) -> Generator[Row, None, None]:
        """In the order in which they are done, `jobs` at a time. Whoever stops early ends those that are under way."""
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
            arguments = [str(self.folder), f"--submission={self._files(submission).resolve()}"]
            if self.private:
                arguments.append(f"--checks={self.private.resolve()}")
            with tempfile.TemporaryDirectory(prefix="chatlab-", ignore_cleanup_errors=True) as elsewhere:
                # What a submission writes, it writes there.
                outcome = grade_in_child(self.exercises, arguments, Path(elsewhere), self.seconds, stop)
        except OSError as error:  # a folder that may not be read
            outcome = Outcome((), str(error))
        return Row(submission.name, outcome, time.monotonic() - start)

    def _files(self, submission: Path) -> Path:
        """Where in `submission` the exercises are: it may be a copy of the whole course."""
        names = {exercise.file for exercise in self.exercises}
        folders = [file.parent for file in sorted(submission.rglob("ex*.py")) if file.name in names]
        return max(folders, key=lambda folder: (folder.name != "solutions", folders.count(folder)), default=submission)


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
    parser.add_argument("submissions", metavar="SUBMISSIONS_DIR", type=Path, help="has a folder for each student")
    parser.add_argument("--output", metavar="DIR", type=Path, help="for the results (default: SUBMISSIONS_DIR-grades)")
    parser.add_argument("--checks", metavar="DIR", type=_folder, help="private checks, to be made as well")
    parser.add_argument("--seconds", type=float, default=300.0, help="for each submission (default: %(default)s)")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="how many at a time (default: %(default)s)"
    )
    return parser


def _folder(text: str) -> Path:
    folder = Path(text)
    if not folder.is_dir():
        raise argparse.ArgumentTypeError(f"{text}: there is no such folder")
    return folder


if __name__ == "__main__":
    sys.exit(main())
