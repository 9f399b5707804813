"""What the checks say of exercises that nobody has worked at, without making them for each hand-in.

An untouched stub is the same file for everybody, and of a file that isn't there only the name and what is beside it
differ. So the checks are asked once what they say of the course's own stubs, and once what they say of an empty folder.
Whatever differs from the stub by a single letter is checked by itself.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from chatlab.grading.attempt.attempt import one_line
from chatlab.grading.attempt.learner_file import LearnerFile
from chatlab.grading.child import Outcome
from chatlab.grading.course import Exercise
from chatlab.grading.grade import Grade
from chatlab.grading.submission import Submission, is_stub, text_of
from chatlab.grading.verdict import State

Ask = Callable[[Path, tuple[Exercise, ...]], Outcome]


class Untouched:
    """`stubs`: the folder of the untouched ones. `ask`: grades what is in a folder."""

    def __init__(self, exercises: Sequence[Exercise], stubs: Path, ask: Ask) -> None:
        texts = {exercise: text_of(stubs / exercise.file) for exercise in exercises}
        self._stubs = {exercise: text for exercise, text in texts.items() if is_stub(text, exercise)}
        self._exercises = tuple(exercises)
        self._folder = stubs
        self._ask = ask
        self._asking = {state: threading.Lock() for state in (State.NOT_STARTED, State.NOT_HANDED_IN)}
        self._said: dict[State, dict[Exercise, Grade]] = {}

    def grades(self, submission: Submission) -> dict[Exercise, Grade]:
        """Of the exercises in `submission` that need no check of their own."""
        found = {}
        for exercise in self._exercises:
            path = submission.paths[exercise.file]
            if exercise.file in submission.doubts or not (state := self._state(exercise, path)):
                continue
            grade = self._what_is_said(state).get(exercise)
            if grade and grade.state is state:
                found[exercise] = grade if state is State.NOT_STARTED else _named(grade, path)
        return found

    def _state(self, exercise: Exercise, path: Path) -> State | None:
        if not os.path.lexists(path):
            return State.NOT_HANDED_IN
        return State.NOT_STARTED if text_of(path) == self._stubs.get(exercise) else None

    def _what_is_said(self, state: State) -> dict[Exercise, Grade]:
        with self._asking[state]:
            if state not in self._said:
                exercises = tuple(self._stubs) if state is State.NOT_STARTED else self._exercises
                with tempfile.TemporaryDirectory(prefix="chatlab-", ignore_cleanup_errors=True) as elsewhere:
                    files = Path(elsewhere, "untouched")
                    files.mkdir()
                    for exercise in self._stubs if state is State.NOT_STARTED else ():
                        shutil.copy(self._folder / exercise.file, files)
                    outcome = self._ask(files, exercises)
                self._said[state] = {grade.exercise: grade for grade in outcome.grades}
            return self._said[state]


def _named(grade: Grade, path: Path) -> Grade:
    """`grade`, which is of a missing file, with what is to be said where that is the one at `path`."""
    said = LearnerFile(path).not_there()
    saw, means = one_line(said.saw), one_line(said.means)
    checks = (
        replace(check, message=replace(check.message, saw=saw, means=means)) if check.message else check
        for check in grade.checks
    )
    return replace(grade, checks=tuple(checks))
