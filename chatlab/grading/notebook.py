"""check("ex00"): what `pytest exercises/` would say of one exercise, as a card in a notebook.

pytest runs in a child process with a limit, so that the kernel survives whatever the learner's code does, and each call
sees the file as it is now.
"""

from __future__ import annotations

from pathlib import Path

from chatlab.grading.child import grade_in_child
from chatlab.grading.course import find_exercise, find_folder, read_manifest
from chatlab.grading.reports.card import Card, Note
from chatlab.grading.reports.terminal_table import relative

SECONDS = 120.0  # for the child; each check in it has a shorter limit


def check(key: str, *, limit: float = 5.0) -> Card | Note:
    """Check the exercise `key`, such as "ex00", of the course that the current directory is in.

    `limit`: seconds for each check of the exercise.
    """
    here = Path.cwd()
    try:
        folder = find_folder(here)
        exercises = read_manifest(folder)
        exercise = find_exercise(exercises, key)
    except LookupError as error:
        return Note(str(error.args[0]))
    arguments = (str(folder / exercise.checks), f"--limit={limit}")
    outcome = grade_in_child(exercises, arguments, folder.parent, SECONDS)
    if not outcome.grades:
        return Note(f"{exercise.key}: {outcome.failure}")
    return Card(outcome.grades[0], relative(folder / exercise.file, here))
