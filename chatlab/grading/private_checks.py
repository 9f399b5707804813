"""A folder of private checks, before anybody is graded by it: whether each file is for an exercise, can be loaded, and
lets the course's own model answers through.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from chatlab.grading.child import PYTEST, environment, grade_in_child
from chatlab.grading.course import Exercise
from chatlab.grading.submission import MODELS
from chatlab.grading.verdict import State


def misnamed(private: Path, exercises: Sequence[Exercise]) -> str:
    """Why the files in `private` can't be private checks: a line; '' if they can."""
    names = [exercise.checks for exercise in exercises]
    files = sorted(file.name for file in private.glob("*.py") if file.name.startswith("test_"))
    if not files:
        return f"{private} holds no checks: their files have the names of the public ones, such as {names[0]}"
    for file in files:
        if file not in names:
            near = next((n for n in names if n[:9] == file[:9]), "") or next(iter(get_close_matches(file, names)), "")
            return f"{file} is the name of no exercise's checks" + (f": {near}?" if near else "")
    return ""


def problem_with(private: Path, folder: Path, exercises: tuple[Exercise, ...], seconds: float) -> str:
    """Why nobody should be graded by them: a line; '' if they are in order. `seconds`: for the model answers."""
    if problem := misnamed(private, exercises):
        return problem
    if problem := _what_fails_to_load(folder, private):
        return problem
    models = folder.parent / MODELS
    due = tuple(e for e in exercises if (private / e.checks).exists() and (models / e.file).exists())
    if not due:
        return ""
    checks = [str(folder / exercise.checks) for exercise in due]
    arguments = [*checks, f"--rootdir={folder}", f"--submission={models}", f"--checks={private}", "--show-private"]
    with tempfile.TemporaryDirectory(prefix="chatlab-", ignore_cleanup_errors=True) as elsewhere:
        outcome = grade_in_child(exercises, arguments, Path(elsewhere), seconds)
    for grade in outcome.grades:
        for check in grade.checks:
            if check.is_private and check.state is not State.DONE:
                why = f": {check.message.saw}" if check.message else ""
                return f"the model answer of {grade.exercise.key} does not pass the private check {check.title!r}{why}"
    return outcome.failure


def _what_fails_to_load(folder: Path, private: Path) -> str:
    """A line that names the checks in these two folders that can't be imported; '' if all can."""
    command = [*PYTEST, str(folder), f"--checks={private}", "--collect-only", "-q"]
    run = subprocess.run(
        command,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if run.returncode == 0:
        return ""
    files = [
        line.split(" - ")[0].removeprefix("ERROR ") for line in run.stdout.splitlines() if line.startswith("ERROR ")
    ]
    return f"checks that can't be loaded: {', '.join(files) or run.stdout} (to see why: {_typed(command)})"


def _typed(command: Sequence[str]) -> str:
    """`command` as people type it in a shell of this system."""
    return subprocess.list2cmdline(command) if sys.platform == "win32" else shlex.join(command)
