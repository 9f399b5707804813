"""Lines on standard output, whatever becomes of whoever reads them. Each in a process of its own."""

from __future__ import annotations

import sys

import pytest

from chatlab.line_printer import LinePrinter

from ..programs import Program

PRINTS = """
import sys
from chatlab.line_printer import LinePrinter
with LinePrinter() as out:
    for number in range(int(sys.argv[1])):
        out.print(f"{number} " + sys.argv[2])
sys.stderr.write("done")
"""
WAITS_THEN_PRINTS = PRINTS.replace("    for", "    out.print('ready')\n    sys.stdin.readline()\n    for")


def test_lines_come_out_whole_and_in_order() -> None:
    with Program("-c", PRINTS, "500", "Zoë 🐍") as program:
        assert program.rest() == [f"{number} Zoë 🐍" for number in range(500)]
        assert program.wait() == 0


def test_what_the_encoding_lacks_is_escaped() -> None:
    with Program("-c", PRINTS, "1", "Zoë 🐍", PYTHONIOENCODING="ascii") as program:
        assert program.rest() == [r"0 Zo\xeb \U0001f40d"]
        assert program.errors == "done"


def test_output_that_nobody_reads_keeps_nobody_waiting() -> None:
    with Program("-c", WAITS_THEN_PRINTS, "20000", "x" * 50) as program:
        program.wait_for_line("ready")
        program.type("\n")
        assert program.wait() == 0
        assert program.errors == "done"


def test_output_that_is_closed_ends_nothing() -> None:
    with Program("-c", WAITS_THEN_PRINTS, "20000", "x" * 50) as program:
        program.wait_for_line("ready")
        program.close_output()
        program.type("\n")
        assert program.wait() == 0
        assert program.errors == "done"


def test_a_program_without_output_prints_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)  # Python's own sign for a descriptor that was closed from the beginning
    with LinePrinter() as out:
        out.print("hello")
