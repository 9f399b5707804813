"""exercises/README.md: who follows its steps to the letter gets an exercise and a private check that work."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

from tests.grading.course import COURSE, run_pytest

PAGE = (COURSE / "exercises" / "README.md").read_text(encoding="utf-8")


def blocks(kind: str, heading: str) -> list[str]:
    """Those below that heading, without what indents them in a list."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return [dedent(text) for text in re.findall(rf"^ *```{kind}\n(.*?)^ *```$", section, re.MULTILINE | re.DOTALL)]


def write(course: Path, *texts: str) -> None:
    """Each as the file that its first line names; what is there already stays above it."""
    for text in texts:
        file = course / text.splitlines()[0].removeprefix("# ")
        file.parent.mkdir(exist_ok=True)
        with file.open("a", encoding="utf-8") as sink:
            sink.write(f"\n{text}" if file.suffix == ".toml" else text)


def test_its_steps_work_as_they_are_written(tmp_path: Path) -> None:
    course = tmp_path / "course"
    for folder in ("exercises", "solutions"):
        shutil.copytree(COURSE / folder, course / folder, ignore=shutil.ignore_patterns("__pycache__"))
    write(course, *blocks("python", "Write an exercise"), *blocks("python", "Write a private check"))
    [entry] = blocks("toml", "Write an exercise")
    fingerprint, commands = blocks("sh", "Write an exercise")
    python, *arguments = shlex.split(fingerprint)
    assert python == "python"
    found = subprocess.run([sys.executable, *arguments], cwd=course, capture_output=True, text=True, check=True).stdout
    write(course, entry + f'stub = "{found.strip()}"\n')
    [private] = blocks("sh", "Write a private check")
    said = []
    for command in [*commands.splitlines(), private.strip()]:
        pytest, *arguments = shlex.split(command)
        assert pytest == "pytest"
        said.append(run_pytest(*arguments, cwd=course).stdout)
    stub, model, checked = said
    assert re.search(r"^ex16 Backwards +not started +0 of 2", stub, re.MULTILINE), stub
    assert re.search(r"^ex16 Backwards +done +2 of 2", model, re.MULTILINE), model
    assert re.search(r"^ex01 Receipts +done +2 of 2  1 of 1 private check passed$", checked, re.MULTILINE), checked
