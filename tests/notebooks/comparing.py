"""A copy of the course, and its notebooks compared there: run anew, each cell has to print what its results hold."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

COURSE = Path(__file__).parents[2]
LESSONS = sorted((COURSE / "notebooks").glob("*.ipynb"))
RESULTS = COURSE / "notebooks" / "results"
# What differs from run to run, and is the same for the comparison.
SANITIZER = Path(__file__).with_name("sanitizer.cfg")
# Other plugins are slow to start.
ALONE = ("--disable-plugin-autoload", "-pnbval.plugin", "-ptests.notebooks.kernel_ports", "--nbval")


def copy_course(folder: Path) -> None:
    """Copy what a notebook needs into `folder`, what is compiled included. There each lesson holds its results.

    A module that is changed there is compiled anew: Python goes by a source's time and size. What another process is
    about to write (`….pyc.…`) may be gone when its turn comes.
    """
    for part in ("chatlab", "exercises", "notebooks"):
        shutil.copytree(COURSE / part, folder / part, ignore=shutil.ignore_patterns(RESULTS.name, "*.pyc.*"))
    shutil.copytree(RESULTS, folder / "notebooks", dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.md"))


def kernel_environment(course: Path) -> dict[str, str]:
    """What a kernel finds: the copy's chatlab, and none of the settings of whoever starts it."""
    own = str(course / "own")  # not the course's folder itself: IPython takes its own from the path
    return os.environ | {"PYTHONPATH": str(course), **dict.fromkeys(("IPYTHONDIR", "JUPYTER_RUNTIME_DIR"), own)}


def compare(courses: Sequence[Path], name: str, cell_seconds: float) -> subprocess.CompletedProcess[str]:
    """Compare a notebook of each copy of the course, up to the first cell that differs, with that copy's chatlab.

    One after the other in one child process: nbval is slow to import, and a kernel's warnings are not ours to turn into
    errors.
    """
    root = os.path.commonpath(courses)
    return subprocess.run(
        [sys.executable, "-m", "tests.notebooks.comparing", root, str(cell_seconds)]
        + [str(course / "notebooks" / name) for course in courses],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        cwd=COURSE,
        timeout=200,
        check=False,
    )


class OwnCourse:
    """For pytest: the kernel of a notebook finds the course around it, and no cell is run behind one that differs."""

    def __init__(self) -> None:
        self._differ: set[pytest.Collector | None] = set()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        if item.parent in self._differ:
            pytest.skip("a cell before it differs")
        os.environ.update(kernel_environment(item.path.parents[1]))

    def pytest_exception_interact(self, node: pytest.Item) -> None:
        self._differ.add(node.parent)


def main(root: str, cell_seconds: str, *notebooks: str) -> int:
    options = ["-q", "-pno:cacheprovider", f"-c{os.devnull}", f"--rootdir={root}", f"--confcutdir={root}"]
    nbval = [f"--nbval-cell-timeout={cell_seconds}", f"--nbval-sanitize-with={SANITIZER}"]
    return pytest.main([*options, *ALONE, *nbval, *notebooks], plugins=[OwnCourse()])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
