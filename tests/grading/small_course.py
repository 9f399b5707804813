"""A course of one exercise, ex90, for what the grader does whatever is asked."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from textwrap import dedent
from typing import Any

from chatlab.grading.attempt.source import fingerprint
from tests.grading.course import EXERCISES, run_pytest

STUB = "def f():\n    raise NotImplementedError\n"
MANIFEST = f"""
[ex90_small]
title = "Small"
lesson = "00_start_here"
objective = "Nothing."
points = 1
minutes = 1
hints = ["a", "b", "c"]
stub = "{fingerprint(STUB)}"
"""
FILE = "ex90_small.py"


class SmallCourse:
    """In `folder`: the checks `test_…` in `checks`, and the learner's file `answer`."""

    def __init__(self, folder: Path, checks: str, answer: str) -> None:
        self.folder = folder / "exercises"
        self.folder.mkdir()
        (self.folder / "exercises.toml").write_text(MANIFEST, encoding="utf-8")
        shutil.copy(EXERCISES / "conftest.py", self.folder)
        (self.folder / f"test_{FILE}").write_text(dedent(checks), encoding="utf-8")
        (self.folder / FILE).write_text(dedent(answer), encoding="utf-8")

    def run(self, *options: str | Path) -> list[dict[str, Any]]:
        """The checks, as --grades writes them."""
        grades = self.folder.parent / "grades.json"
        run_pytest(self.folder, f"--grades={grades}", "--limit=1", *options)
        [grade] = json.loads(grades.read_text(encoding="utf-8"))
        checks: list[dict[str, Any]] = grade["checks"]
        return checks

    def message(self, *options: str | Path) -> dict[str, str]:
        """Of the only check, which is not yet right."""
        [check] = self.run(*options)
        assert check["state"] == "not yet right"
        message: dict[str, str] = check["message"]
        return message
