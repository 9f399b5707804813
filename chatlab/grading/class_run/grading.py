"""Grades what a class has handed in: each hand-in in processes of its own, for a limited time; several at once."""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from chatlab.grading.child import Outcome, grade_in_child
from chatlab.grading.class_run.untouched import Ask, Untouched
from chatlab.grading.course import Exercise
from chatlab.grading.grade import Grade
from chatlab.grading.handed_in.hand_in import HandIn, as_file_name
from chatlab.grading.handed_in.likeness import Marks, marks_of
from chatlab.grading.reports.class_row import Row
from chatlab.grading.submission import MODELS, SeveralPeople, Submission

MOST_PARTS = 4  # of one hand-in at once: to start each costs as much as the checks of two exercises


@dataclass(frozen=True, slots=True)
class Classroom:
    """`folder`: of the exercises. `private`: of the private checks, or None. `seconds`: for one hand-in."""

    exercises: tuple[Exercise, ...]
    folder: Path
    private: Path | None
    seconds: float

    def grade_all(self, submissions: Sequence[HandIn], jobs: int) -> Generator[tuple[HandIn, Row], None, None]:
        """Grade `jobs` at a time, and yield each row when it is done. Of few hand-ins, each is graded in several parts
        at once. To close the generator ends those that are under way.
        """
        stop = threading.Event()
        with (
            tempfile.TemporaryDirectory(prefix="chatlab-", ignore_cleanup_errors=True) as compiled,
            ThreadPoolExecutor(jobs, "grade") as pool,
        ):
            ask = partial(self._ask, _compiled_once(self.folder, compiled), stop)
            untouched = Untouched(self.exercises, self.folder, ask)
            parts = max(1, min(MOST_PARTS, jobs // max(1, len(submissions))))
            futures = {pool.submit(self._grade, each, untouched, ask, parts): each for each in submissions}
            try:
                for future in as_completed(futures):
                    yield futures[future], future.result()
            finally:
                stop.set()
                pool.shutdown(cancel_futures=True)

    def _grade(self, submission: HandIn, untouched: Untouched, ask: Ask, parts: int) -> Row:
        start = time.monotonic()
        marks: dict[str, Marks] = {}
        try:
            with tempfile.TemporaryDirectory(prefix="chatlab-", ignore_cleanup_errors=True) as elsewhere:
                files = _copied(submission, Path(elsewhere, "0"))
                found = Submission(files, self.exercises, self.folder.parent / MODELS)
                marks = marks_of(found.paths, self.exercises, self.folder)
                known = untouched.grades(found)
                due = [exercise for exercise in self.exercises if exercise not in known]
                size = -(-len(due) // parts) or 1
                shares = [tuple(due[first : first + size]) for first in range(0, len(due), size)]
                copies = [files, *(_copied(submission, Path(elsewhere, str(n))) for n in range(1, len(shares)))]
                with ThreadPoolExecutor(parts, "part") as pool:
                    outcomes = list(pool.map(ask, copies, shares))
            outcome = _together(self.exercises, known, outcomes)
        except (OSError, SeveralPeople) as error:
            outcome = Outcome((), str(error))
        except Exception as error:  # noqa: BLE001  # whatever it is, it costs the others nothing
            outcome = Outcome((), f"{type(error).__name__}: {error}")
        return Row(submission.student, outcome, time.monotonic() - start, marks)

    def _ask(
        self, variables: Mapping[str, str], stop: threading.Event, files: Path, exercises: tuple[Exercise, ...]
    ) -> Outcome:
        # Without a root, pytest may look from a folder that holds both, at whatever comes and goes in there.
        arguments = [str(self.folder / exercise.checks) for exercise in exercises]
        arguments += [f"--rootdir={self.folder}", f"--submission={files}"]
        if self.private:
            arguments += [f"--checks={self.private.resolve()}", "--show-private"]
        # What a hand-in writes, it writes there.
        return grade_in_child(exercises, arguments, files.parent, self.seconds, stop, variables=variables)


def _copied(submission: HandIn, folder: Path) -> Path:
    folder.mkdir()
    files = folder / as_file_name(submission.student)
    submission.copy(files)
    return files


def _together(exercises: Sequence[Exercise], known: Mapping[Exercise, Grade], outcomes: Sequence[Outcome]) -> Outcome:
    """One outcome, with the grades in the order of `exercises`. Whoever has no grades of a part has none."""
    for outcome in outcomes:
        if not outcome.grades:
            return outcome
    grades = {**known, **{grade.exercise: grade for outcome in outcomes for grade in outcome.grades}}
    return Outcome(tuple(grades[exercise] for exercise in exercises if exercise in grades))


def _compiled_once(course: Path, folder: str) -> dict[str, str]:
    """Variables for Pythons that may not leave what they have compiled beside the source: one keeps it in `folder` for
    the others. To compile it anew takes longer than the checks of most exercises.
    """
    if sys.dont_write_bytecode or not os.access(course, os.W_OK):
        return {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": folder}
    return {}
