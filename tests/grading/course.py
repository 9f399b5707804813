"""The course's folders, and the grader run as people run it: a pytest of its own, on the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from chatlab.grading.course import Exercise, read_manifest

COURSE = Path(__file__).parents[2]
EXERCISES = COURSE / "exercises"
SOLUTIONS = COURSE / "solutions"
WRONG = Path(__file__).parent / "wrong"
MANIFEST = read_manifest(EXERCISES)
KEYS = ", ".join(exercise.key for exercise in MANIFEST)


def run_pytest(*arguments: str | Path, cwd: Path = COURSE) -> subprocess.CompletedProcess[str]:
    """Run pytest with `arguments` in the folder `cwd`."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *map(str, arguments)],
        cwd=cwd,
        env=environment | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def grade(submission: Path, checks: Path = EXERCISES, *options: str) -> list[dict[str, Any]]:
    """Grade the exercises in `submission`; the answer is what --grades writes."""
    with tempfile.TemporaryDirectory() as temporary:
        grades = Path(temporary, "grades.json")
        run_pytest(checks, f"--submission={submission}", f"--grades={grades}", *options)
        answer: list[dict[str, Any]] = json.loads(grades.read_text(encoding="utf-8"))
        return answer


def each_exercise(exercise: Exercise) -> str:
    return exercise.key
