"""check("ex00"): what `pytest exercises/` would say of one exercise, as a card in a notebook.

pytest runs in a child process with a limit, so the kernel survives whatever the learner's code does, and each call
sees the file as it is now.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from chatlab.grading.card import Card, Note
from chatlab.grading.grades import CheckResult, Grade
from chatlab.grading.manifest import Exercise, find_exercise, find_folder, read_manifest
from chatlab.grading.table import relative

SECONDS = 60.0  # for the child; what stands in a check has the shorter limit of the grader


def check(key: str, *, limit: float = 5.0) -> Card | Note:
    """Check the exercise `key`, such as "ex00", of the course that the current directory is in.

    `limit`: seconds for each check of the exercise.
    """
    here = Path.cwd()
    try:
        folder = find_folder(here)
        exercise = find_exercise(read_manifest(folder), key)
    except LookupError as error:
        return Note(str(error.args[0]))
    with tempfile.TemporaryDirectory() as temporary:
        grades, output = Path(temporary, "grades.json"), Path(temporary, "output.txt")
        try:
            _run_pytest(
                folder.parent, (str(folder / exercise.checks), f"--limit={limit}", f"--grades={grades}"), output
            )
        except subprocess.TimeoutExpired:
            return Note(f"{key}: no result after {SECONDS:g} s, so the check was stopped. Look for a loop without end.")
        graded = json.loads(grades.read_text(encoding="utf-8")) if grades.exists() else []
        if not graded:
            return Note(_no_result(exercise, output.read_text(encoding="utf-8", errors="replace")))
    results = tuple(CheckResult.from_json(result) for result in graded[0]["checks"])
    return Card(Grade(exercise, results), relative(folder / exercise.file, here))


def _no_result(exercise: Exercise, output: str) -> str:
    busy = re.search(rf'{re.escape(exercise.file)}", line (\d+) in (\w+)', output)  # as faulthandler puts it
    if busy:
        return f"{exercise.key}: no result. {exercise.file}, line {busy[1]}, in {busy[2]} computes without end."
    return f"{exercise.key}: no result. Does something end Python, such as os._exit? Its last words:\n{output[-1000:]}"


def _run_pytest(course: Path, arguments: Sequence[str], output: Path) -> None:
    """Raises TimeoutExpired. Neither the user's own pytest options nor installed plugins have a say."""
    command = [sys.executable, "-m", "pytest", *arguments, "-p", "no:cacheprovider"]
    environment = {name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"}
    environment |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONIOENCODING": "utf-8"}
    with output.open("wb") as sink:
        subprocess.run(
            command,
            cwd=course,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            timeout=SECONDS,
            check=False,
        )
