"""Lines on standard output, whatever becomes of whoever reads them. Each in a process of its own."""

from __future__ import annotations

import os
import re
import select
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from chatlab.service.line_printer import LAST_WORDS, MOST_WAITING, LinePrinter
from tests.systems import not_here

from ..programs import Program

LIMIT = 2.0  # seconds to wait for output

PRINTS = """
import sys
from chatlab.service.line_printer import LinePrinter
with LinePrinter(patience=10) as out:
    for number in range(int(sys.argv[1])):
        out.print(f"{number} " + sys.argv[2])
sys.stderr.write("done")
"""
WAITS_THEN_PRINTS = PRINTS.replace("patience=10", "patience=0.5").replace(
    "    for", "    out.print('ready')\n    sys.stdin.readline()\n    for"
)


def test_lines_come_out_whole_and_in_order() -> None:
    with Program("-c", PRINTS, "20000", "Zoë 🐍") as program:
        assert program.rest() == [f"{number} Zoë 🐍" for number in range(20_000)]
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


@not_here(sys.platform == "win32", "a pipe of Windows always waits, and none can be selected")
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


unread = not_here(sys.platform == "win32", "no pipe of Windows can be selected")


def lines_from(output: int, up_to: str) -> list[str]:
    """What is read, up to a line that ends in `up_to`."""
    lines = [b""]
    while not lines[-1].endswith(f"{up_to}\n".encode()):
        assert select.select([output], [], [], LIMIT)[0], lines[-1]
        lines[-1] += os.read(output, 1)
        if lines[-1].endswith(b"\n") and not lines[-1].endswith(f"{up_to}\n".encode()):
            lines.append(b"")
    return [line.decode().removesuffix("\n") for line in lines]


@unread
@pytest.mark.parametrize("patience", [0.0, 0.3])
def test_where_nobody_reads_lines_are_dropped_after_one_wait_and_their_number_is_said_in_their_place(
    patience: float,
) -> None:
    with standard_output_in_a_pipe() as output, LinePrinter(patience) as out:
        started = time.monotonic()
        for number in range(9000):  # the pipe takes some thousand
            out.print(f"{number:0100}")
        assert patience <= time.monotonic() - started < patience + 2
        number, gaps = 0, 0  # the next one that was said
        while number < 9000:
            line = lines_from(output, "")[0]
            if gap := re.fullmatch(r"\(… ([\d,]+) lines? w\w+ not printed\)", line):
                number += int(gap[1].replace(",", ""))
                gaps += 1
            else:
                assert line == f"{number:0100}"
                number += 1
        assert gaps


@unread
def test_who_reads_on_after_a_gap_is_waited_for_again() -> None:
    with standard_output_in_a_pipe() as output:
        came: list[str] = []
        reader = threading.Thread(target=lambda: came.extend(lines_from(output, f"{2999:0100}")))
        with LinePrinter(LIMIT) as out:
            out._patience = 0.01
            for _ in range(9000):
                out.print("x" * 100)
            assert out._stuck
            lines_from(output, "not printed)")
            out._patience = LIMIT
            reader.start()
            for number in range(3000):
                out.print(f"{number:0100}")
        reader.join()
        assert came == [f"{number:0100}" for number in range(3000)]


@unread
def test_lines_after_a_gap_come_after_its_number() -> None:
    out = LinePrinter()
    for number in range(MOST_WAITING + 1234):
        out.print(str(number))
    with standard_output_in_a_pipe() as output, out:
        printed = lines_from(output, "(… 1,234 lines were not printed)")
        assert printed[:-1] == [str(number) for number in range(MOST_WAITING)]
        out.print("on we go")
        assert lines_from(output, "on we go") == ["on we go"]


@unread
def test_a_gap_stands_where_its_lines_would_stand() -> None:
    out = LinePrinter()
    for number in range(MOST_WAITING + 1):
        out.print(str(number))
    out._next()  # there is room again
    out.print("later")
    with standard_output_in_a_pipe() as output, out:
        assert lines_from(output, "later")[-3:] == [
            str(MOST_WAITING - 1),
            "(… 1 line was not printed)",
            "later",
        ]


@unread
def test_a_reader_who_is_only_slow_gets_all() -> None:
    with standard_output_in_a_pipe() as output:
        came: list[str] = []
        reader = threading.Thread(target=lambda: came.extend(lines_from(output, f"{2999:0100}")))
        with LinePrinter(LIMIT) as out:
            reader.start()
            for number in range(3000):
                out.print(f"{number:0100}")
        reader.join()
        assert came == [f"{number:0100}" for number in range(3000)]


@unread
def test_the_end_waits_for_a_reader_as_long_as_it_reads() -> None:
    """Longer than LAST_WORDS in all, and shorter each time."""
    lines = [f"{number} " + "x" * 60_000 for number in range(12)]
    with standard_output_in_a_pipe() as output:
        came: list[bytes] = []

        def read_slowly() -> None:
            for line in lines:
                threading.Event().wait(LAST_WORDS / 4)
                came.append(read(output, len(line) + 1))

        reader = threading.Thread(target=read_slowly)
        with LinePrinter() as out:
            for line in lines:
                out.print(line)
            reader.start()
        assert not out._thread.is_alive()
        reader.join()
        assert came == [f"{line}\n".encode() for line in lines]


def test_a_program_without_output_prints_nothing_and_waits_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)  # Python's own sign for a descriptor that was closed from the beginning
    started = time.monotonic()
    with LinePrinter(patience=LIMIT) as out:
        for number in range(2 * MOST_WAITING):
            out.print(str(number))
    assert time.monotonic() - started < LIMIT
