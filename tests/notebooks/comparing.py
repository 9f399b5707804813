"""A copy of the course, and its notebooks compared there: run anew, each cell has to print what is stored."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

COURSE = Path(__file__).parents[2]
NOTEBOOKS = sorted((COURSE / "notebooks").glob("*.ipynb"))


def copy_course(folder: Path) -> None:
    """Copy what a notebook needs into `folder`."""
    for part in ("chatlab", "exercises", "notebooks"):
        shutil.copytree(COURSE / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))


def compare(course: Path, name: str, cell_seconds: float) -> subprocess.CompletedProcess[str]:
    """Compare a notebook of the copy `course`, up to the first cell that differs, with the copy's chatlab.

    In a child process: nbval is slow to import, and a kernel's warnings are not ours to turn into errors.
    """
    options = ["-c", os.devnull, "--rootdir", str(course), "-p", "no:cacheprovider", "-x", "-q"]
    nbval = ["--nbval", f"--nbval-cell-timeout={cell_seconds}"]
    own = str(course / "own")  # not the course's folder itself: IPython takes its own from the path
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, *nbval, f"notebooks/{name}"],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(course), **dict.fromkeys(("IPYTHONDIR", "JUPYTER_RUNTIME_DIR"), own)},
        cwd=course,
        timeout=100,
        check=False,
    )
