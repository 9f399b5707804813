"""A copy of the course, and its notebooks compared there: run anew, each cell has to print what its results hold."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

COURSE = Path(__file__).parents[2]
LESSONS = sorted((COURSE / "notebooks").glob("*.ipynb"))
RESULTS = COURSE / "notebooks" / "results"
# What differs from run to run, and is the same for the comparison.
SANITIZER = Path(__file__).with_name("sanitizer.cfg")


def copy_course(folder: Path) -> None:
    """Copy what a notebook needs into `folder`. There each lesson holds its results."""
    for part in ("chatlab", "exercises", "notebooks"):
        shutil.copytree(COURSE / part, folder / part, ignore=shutil.ignore_patterns("__pycache__", RESULTS.name))
    shutil.copytree(RESULTS, folder / "notebooks", dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.md"))


def kernel_environment(course: Path) -> dict[str, str]:
    """What a kernel finds: the copy's chatlab, and none of the settings of whoever starts it."""
    own = str(course / "own")  # not the course's folder itself: IPython takes its own from the path
    return os.environ | {"PYTHONPATH": str(course), **dict.fromkeys(("IPYTHONDIR", "JUPYTER_RUNTIME_DIR"), own)}


def compare(course: Path, name: str, cell_seconds: float) -> subprocess.CompletedProcess[str]:
    """Compare a notebook of the copy `course`, up to the first cell that differs, with the copy's chatlab.

    In a child process: nbval is slow to import, and a kernel's warnings are not ours to turn into errors.
    """
    options = ["-c", os.devnull, "--rootdir", str(course), "-p", "no:cacheprovider", "-x", "-q"]
    nbval = ["--nbval", f"--nbval-cell-timeout={cell_seconds}", f"--nbval-sanitize-with={SANITIZER}"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, *nbval, f"notebooks/{name}"],
        capture_output=True,
        text=True,
        env=kernel_environment(course),
        cwd=course,
        timeout=100,
        check=False,
    )
