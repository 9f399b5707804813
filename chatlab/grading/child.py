"""The grader in a child process with a limit: whatever the code under check does, the caller goes on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from chatlab.grading.course import Exercise
from chatlab.grading.grade import Grade
from chatlab.grading.verdict import Progress
from chatlab.grading.whole_end import MARK, end_all

PYTEST = (sys.executable, "-m", "chatlab.grading.contained", "-p", "no:cacheprovider")
PATIENCE = 0.1  # seconds between two looks at whether to go on


class Outcome(NamedTuple):
    """`grades`: of the exercises that were asked for. If there are none, `failure` says why, in one or more lines."""

    grades: tuple[Grade, ...]
    failure: str = ""


def grade_in_child(
    exercises: tuple[Exercise, ...],
    arguments: Sequence[str],
    folder: Path,
    seconds: float,
    stop: threading.Event | None = None,
    *,
    on_progress: Callable[[Progress], object] = lambda progress: None,
    variables: Mapping[str, str] | None = None,
) -> Outcome:
    """Run pytest with `arguments` in `folder`, for at most `seconds`, or until `stop` is set.

    `on_progress` is told of a check that has begun; of several since the last look, the last one. `variables`: of its
    environment, beside the usual ones. Neither the user's own pytest options nor installed plugins have a say.
    """
    # On Windows, a file that the worker still has open can't be removed.
    with tempfile.TemporaryDirectory(prefix="chatlab-", ignore_cleanup_errors=True) as temporary:
        grades, progress, output = (Path(temporary, name) for name in ("grades.json", "progress.txt", "output.txt"))
        progress.touch()
        command = [*PYTEST, *arguments, f"--grades={grades}", f"--progress={progress}"]
        with (
            output.open("wb") as sink,
            subprocess.Popen(
                command,
                cwd=folder,
                env=environment() | dict(variables or {}) | {MARK: temporary},
                stdin=subprocess.PIPE,  # whose end tells the child that this process is gone
                stdout=sink,
                stderr=sink,
                start_new_session=True,
            ) as child,
        ):
            try:
                in_time = _wait(child, seconds, stop or threading.Event(), lambda: _read(progress, on_progress))
            finally:
                end_all(child.pid, temporary)
        if not in_time:
            return Outcome((), f"no result after {seconds:g} s, so the check was stopped. Look for a loop without end.")
        try:
            graded = json.loads(grades.read_text(encoding="utf-8"))
        except (OSError, ValueError):  # not written, or not in full: no space may be left
            words = output.read_text(encoding="utf-8", errors="replace").strip()
            return Outcome((), f"no result. The last words of the check:\n{words[-1000:] or 'none'}")
    by_name = {exercise.name: exercise for exercise in exercises}
    return Outcome(tuple(Grade.from_json(grade, by_name[grade["exercise"]]) for grade in graded))


def environment() -> dict[str, str]:
    """Of the child: neither the user's own pytest options nor installed plugins have a say."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"}
    return environment | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONIOENCODING": "utf-8"}


def _wait(child: subprocess.Popen[bytes], seconds: float, stop: threading.Event, look: Callable[[], object]) -> bool:
    """Whether `child` ended in time; `look` meanwhile. On stop, what it has not reported is lost."""
    deadline = time.monotonic() + seconds
    while child.poll() is None:
        if time.monotonic() > deadline or stop.wait(PATIENCE):
            return False
        look()
    return True


def _read(progress: Path, on_progress: Callable[[Progress], object]) -> None:
    """The last line may still be without its end."""
    if whole := progress.read_text(encoding="utf-8").rpartition("\n")[0]:
        on_progress(Progress(*json.loads(whole.splitlines()[-1])))
