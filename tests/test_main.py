"""`python -m chatlab` lists what there is to run, and each of that runs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from chatlab.__main__ import PROGRAMS
from chatlab.tcp.server import TcpServer

from .grading.small_course import SmallCourse
from .programs import LIMIT, Program
from .systems import not_here

FULL_DISK = Path("/dev/full")


def test_python_m_chatlab_lists_the_programs_with_a_line_each() -> None:
    with Program("-m", "chatlab") as program:
        lines = program.rest()
        assert program.wait() == 0
    assert [line.split()[:3] for line in lines[1:]] == [["python", "-m", module] for module in PROGRAMS]
    assert all(line.endswith(purpose) for line, purpose in zip(lines[1:], PROGRAMS.values(), strict=True))


@pytest.mark.parametrize("module", PROGRAMS)
def test_each_program_takes_help(module: str) -> None:
    with Program("-m", module, "--help") as program:
        assert program.rest()[0].startswith(f"usage: python -m {module}")
        assert program.wait() == 0
        assert program.errors == ""


def test_what_is_no_program_of_it_is_said_in_a_line() -> None:
    with Program("-m", "chatlab", "talk") as program:
        assert program.wait() == 2
        assert program.errors == "python -m chatlab: 'talk' is none of its programs (python -m chatlab lists them)\n"


def written_to_a_full_disk(*arguments: str, cwd: Path | None = None) -> tuple[int, Sequence[str]]:
    """The exit code of `python -m <arguments>`, and the lines of its standard error."""
    with FULL_DISK.open("w", encoding="utf-8") as full:
        run = subprocess.run(
            [sys.executable, "-m", *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            cwd=cwd,
            text=True,
            timeout=6 * LIMIT,
            check=False,
        )
    return run.returncode, run.stderr.splitlines()


@not_here(not FULL_DISK.exists(), "this system has no file that is always full")
@pytest.mark.parametrize("program", ["chatlab", "conformance", "classroom", "bench"])
def test_an_output_that_is_full_is_said_in_a_line(program: str, tmp_path: Path) -> None:
    match program:
        case "chatlab":
            code, errors = written_to_a_full_disk("chatlab")
        case "conformance":
            with TcpServer(port=0) as room:
                code, errors = written_to_a_full_disk("chatlab.conformance", "tcp", f"127.0.0.1:{room.address[1]}")
        case "classroom":
            SmallCourse(tmp_path, "", "")
            (tmp_path / "class" / "ada").mkdir(parents=True)
            code, errors = written_to_a_full_disk("chatlab.grading.classroom", "class", cwd=tmp_path)
            errors = errors[-1:]  # a bar that shows how far it is comes before
        case "bench":
            code, errors = written_to_a_full_disk("chatlab.bench", "idle")
    assert code == 1
    assert errors == ["can't write to the standard output: No space left on device"]
