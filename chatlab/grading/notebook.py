"""check("ex00"): what `pytest exercises/` would say of one exercise, as a card in a notebook.

pytest runs in a child process with a limit, so that the kernel survives whatever the learner's code does, and each
check sees the file as it is now.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from chatlab.grading.child import grade_in_child
from chatlab.grading.course import Exercise, find_exercise, find_folder, read_manifest
from chatlab.grading.reports.card import Card, Note
from chatlab.grading.reports.terminal_table import relative
from chatlab.grading.verdict import Progress

if TYPE_CHECKING:
    from chatlab.grading.reports.check_panel import CheckPanel

SECONDS = 120.0  # for the child; each check in it has a shorter limit


class CourseExercise:
    """The exercise `key`, such as "ex00", of the course that the folder `here` is in. Raises LookupError.

    `file`: what is checked. `link`: to it, from `here`. `limit`: seconds for each of its checks.
    """

    def __init__(self, key: str, here: Path, limit: float) -> None:
        self._folder = find_folder(here)
        self._exercises = read_manifest(self._folder)
        self._exercise = find_exercise(self._exercises, key)
        self._here = here
        self._limit = limit
        self.name = f"{self._exercise.key} {self._exercise.title}"
        self.file = self._folder / self._exercise.file
        self.link = relative(self.file, here)

    def check(self, stop: threading.Event, tell: Callable[[str], object]) -> Card | Note:
        """Check it, until `stop` is set at most. `tell` gets a line about what is going on."""

        def on_progress(progress: Progress) -> None:
            tell(f"check {progress.number} of {progress.of}, {progress.title}")

        arguments = (str(self._folder / self._exercise.checks), f"--limit={self._limit}")
        outcome = grade_in_child(
            self._exercises, arguments, self._folder.parent, SECONDS, stop, on_progress=on_progress
        )
        if not outcome.grades:
            return Note(f"{self._exercise.key}: {outcome.failure}")
        after = self._exercises.index(self._exercise) + 1
        onward = self._lesson(self._exercises[after]) if after < len(self._exercises) else ""
        lessons = relative(self._folder.parent / "notebooks", self._here)
        return Card(outcome.grades[0], self.link, lessons, onward)

    def _lesson(self, exercise: Exercise) -> str:
        return relative(self._folder.parent / exercise.reading, self._here)


def check(key: str, *, limit: float = 5.0) -> CheckPanel | Note:
    """Check the exercise `key`, such as "ex00", of the course that the current directory is in, also when it is saved.

    `limit`: seconds for each check of the exercise.
    """
    # The grader works without the widget packages.
    from chatlab.grading.reports.check_panel import CheckPanel  # noqa: PLC0415

    try:
        return CheckPanel(CourseExercise(key, Path.cwd(), limit))
    except LookupError as error:
        return Note(str(error.args[0]))
