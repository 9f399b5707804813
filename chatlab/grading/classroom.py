"""Grades a class: `python -m chatlab.grading.classroom SUBMISSIONS_DIR`, which holds what each student handed in.

Each hand-in is graded in a process of its own, for a limited time; several at once. It gets a row in grades.csv,
grades.json and grades.html, which says who is stuck where. A row is kept as soon as it is made: the same command again
goes on where it stopped, and grades what is new or changed. What could not be graded has no points, not zero.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

from tqdm import tqdm

from chatlab.grading.class_options import chosen, class_parser, output_folder
from chatlab.grading.class_run.grading import Classroom
from chatlab.grading.course import find_folder, read_manifest
from chatlab.grading.handed_in.class_folder import hand_ins
from chatlab.grading.handed_in.lateness import in_time
from chatlab.grading.handed_in.likeness import marks_of
from chatlab.grading.kept_rows import KeptRows, digest
from chatlab.grading.private_checks import problem_with
from chatlab.grading.reports.class_report import say_what_is_missing, write_reports
from chatlab.grading.reports.class_row import with_alike
from chatlab.grading.submission import MODELS, readable
from chatlab.service.cli import print_line

STOPPED = "stopped: the same command goes on from here"


def main(arguments: Sequence[str] | None = None) -> int:
    """The program. Returns its exit code: 0 if every hand-in was graded, and the grades are where they should be."""
    parser = class_parser()
    given = parser.parse_args(arguments)
    start = time.monotonic()
    try:
        folder = find_folder(Path.cwd())
        exercises = chosen(read_manifest(folder), given.only)
        submissions, others = hand_ins(given.submissions)
        if not submissions:
            parser.error(f"{given.submissions} holds no hand-ins: a folder or a zip for each student is what is graded")
        output = output_folder(given.output or Path(f"{given.submissions.resolve()}-grades"))
        checks = [folder, *([given.checks] if given.checks else [])]
        kept = KeptRows(output, exercises, digest(checks, version("chatlab"), *(e.key for e in exercises)))
        before = {} if given.again else kept.read()
    except LookupError as error:
        parser.error(error.args[0])
    except OSError as error:
        parser.error(str(error))
    if given.checks and (problem := problem_with(given.checks.resolve(), folder, exercises, given.seconds)):
        parser.exit(2, f"{problem}\n")
    if others:
        print(f"not graded, no hand-in: {', '.join(readable(path.name) for path in others)}", file=sys.stderr)
    keys = {
        each: digest((path for _, path in each.paths), each.student, *(name for name, _ in each.paths))
        for each in submissions
    }
    graded = {hand_in: before[key] for hand_in, key in keys.items() if key in before}
    old = len(graded)
    classroom = Classroom(exercises, folder, given.checks, given.seconds)
    problem = ""
    try:
        new = [hand_in for hand_in, key in keys.items() if key not in before]
        with closing(classroom.grade_all(new, given.jobs)) as grading:
            for hand_in, row in tqdm(grading, total=len(new), unit="hand-in"):
                graded[hand_in] = row
                if row.is_graded:
                    kept.add(keys[hand_in], row)
    except KeyboardInterrupt:
        problem = STOPPED
    except OSError as error:
        problem = f"stopped, as rows can't be kept ({error}): make room, and give the same command again"
    rows = [in_time(each, graded[each], exercises, given.deadline) for each in submissions if each in graded]
    models = {exercise.file: folder.parent / MODELS / exercise.file for exercise in exercises}
    rows = with_alike(rows, marks_of(models, exercises, folder))
    is_written = write_reports(output, rows, exercises)
    missing = [row for row in rows if not row.is_graded]
    words = f"{len(rows) - len(missing)} of {len(submissions)} hand-ins graded in {time.monotonic() - start:.0f} s"
    words += f", {old} of them before" if old else ""
    print_line(f"{words}: {os.fsencode(output / 'grades.html').decode(errors='replace')}")
    say_what_is_missing(missing, len(submissions))
    if problem:
        print(problem, file=sys.stderr)
    return 130 if problem == STOPPED else int(bool(problem or missing or not is_written))


if __name__ == "__main__":
    sys.exit(main())
