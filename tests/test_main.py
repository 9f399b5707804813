"""`python -m chatlab` lists what there is to run, and each of that runs."""

from __future__ import annotations

import pytest

from chatlab.__main__ import PROGRAMS

from .programs import Program


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
