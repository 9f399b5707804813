"""Many answers to one exercise, graded in one process: to start pytest for each takes far longer than its checks.

    python -m tests.grading.many ex01 FILE…

prints a line of JSON for each answer: its grade, as --grades writes it, and the files in its folder afterwards.
"""

from __future__ import annotations

import gc
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from chatlab.grading.course import find_exercise
from tests.grading.course import COURSE, EXERCISES, MANIFEST

OPTIONS = ("-q", "-n0", "-pno:cacheprovider", "--limit=4")


def grade_many(key: str, answers: Sequence[Path], *options: str) -> list[dict[str, Any]]:
    """What `main` prints of each answer. No answer may end its Python."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.grading.many", key, *map(str, answers), *options],
        cwd=COURSE,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONIOENCODING": "utf-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=200,
        check=False,
    )
    graded = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(graded) == len(answers), run.stderr[-1000:]
    return graded


def main(key: str, *arguments: str) -> None:
    exercise = find_exercise(MANIFEST, key)
    options = [argument for argument in arguments if argument.startswith("-")]
    gc.freeze()  # pytest collects at its end, three times: what is imported by now will not go
    for answer in arguments:
        if answer not in options:
            with tempfile.TemporaryDirectory() as folder:
                submission, grades = Path(folder, "submission"), Path(folder, "grades.json")
                submission.mkdir()
                shutil.copy(answer, submission / exercise.file)
                checks = str(EXERCISES / exercise.checks)
                with redirect_stdout(StringIO()):
                    pytest.main([checks, *OPTIONS, f"--submission={submission}", f"--grades={grades}", *options])
                [graded] = json.loads(grades.read_text(encoding="utf-8"))
                left = sorted(file.name for file in submission.iterdir())
            gc.collect()  # see chatlab.grading.attempt.source: pytest itself reads source, too
            print(json.dumps({**graded, "left": left}), flush=True)
    os._exit(0)  # threads of the answers may still run


if __name__ == "__main__":
    main(*sys.argv[1:])
