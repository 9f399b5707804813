"""Lines on standard output, whatever becomes of whoever reads them. Each in a process of its own."""

from __future__ import annotations

import os
import select
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from chatlab.service.line_printer import LinePrinter

from ..programs import Program

LIMIT = 2.0  # seconds to wait for output

PRINTS = """
import sys
from chatlab.service.line_printer import LinePrinter
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


@contextmanager
def standard_output_in_a_pipe() -> Iterator[int]:
    """Its reading end."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as stdout, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", stdout)
        yield reading
    os.close(reading)


def read(output: int, size: int) -> bytes:
    """What comes, up to `size` bytes."""
    came = b""
    while len(came) < size and select.select([output], [], [], LIMIT)[0]:
        came += os.read(output, size - len(came))
    return came


@pytest.mark.skipif(sys.platform == "win32", reason="a pipe of Windows always waits, and none can be selected")
def test_a_full_output_that_does_not_wait_costs_no_time_and_gets_all_in_the_end() -> None:
    """Whoever shares a terminal or a pipe with us may have made it so: ssh does."""
    lines = [f"{number} " + "x" * 10_000 for number in range(50)]
    with standard_output_in_a_pipe() as output, LinePrinter() as out:
        os.set_blocking(sys.stdout.fileno(), False)
        for line in lines:
            out.print(line)
        started = time.process_time()
        threading.Event().wait(0.5)
        assert time.process_time() - started < 0.05
        expected = "".join(f"{line}\n" for line in lines).encode()
        assert read(output, len(expected)) == expected


@pytest.mark.skipif(sys.platform == "win32", reason="no pipe of Windows can be selected")
def test_lines_that_wait_do_not_fill_the_memory() -> None:
    out = LinePrinter()
    for number in range(5000):
        out.print(f"{number:04}")
    with standard_output_in_a_pipe() as output, out:
        assert read(output, 5 * 5000).split() == [b"%04d" % number for number in range(1000)]
    out._thread.join(LIMIT)


def test_a_program_without_output_prints_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)  # Python's own sign for a descriptor that was closed from the beginning
    with LinePrinter() as out:
        out.print("hello")
