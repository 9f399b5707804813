"""Lines on standard output, whatever becomes of those who read them. A server's printer has no patience, a client's has
PATIENCE: what is said of lines holds for both."""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chatlab.service.line_printer import LAST_WORDS, MOST_WAITING, LinePrinter
from chatlab.terminal.keyboard import PATIENCE
from tests.systems import SLOWER, not_here

from ..programs import Program

LIMIT = 2.0 * SLOWER  # seconds to wait for output
of_both = pytest.mark.parametrize("patience", [0.0, PATIENCE], ids=["server", "client"])

# `python -c PRINTS <patience> <lines> <text>`
PRINTS = """
import sys
from chatlab.service.line_printer import LinePrinter
with LinePrinter(float(sys.argv[1])) as out:
    for number in range(int(sys.argv[2])):
        out.print(f"{number} " + sys.argv[3])
sys.stderr.write("done")
"""
# On a busy machine a reader may take nothing for longer than LAST_WORDS.
PRINTS_FOR_A_SLOW_READER = f"from chatlab.service import line_printer; line_printer.LAST_WORDS = 60.0\n{PRINTS}"
WAITS_THEN_PRINTS = PRINTS.replace("    for", "    out.print('ready')\n    sys.stdin.readline()\n    for")
MANY, LONG = 20_000, "x" * 1000  # together more than may wait
assert MANY * len(LONG) > MOST_WAITING


@of_both
def test_lines_come_out_whole_and_in_order(patience: float) -> None:
    with Program("-c", PRINTS_FOR_A_SLOW_READER, str(patience), "20000", "Zoë 🐍") as program:
        assert program.rest() == [f"{number} Zoë 🐍" for number in range(20_000)]
        assert program.wait() == 0


@of_both
def test_lines_said_at_once_are_all_in_the_file(patience: float, tmp_path: Path) -> None:
    with (tmp_path / "lines").open("wb") as out:
        command = [sys.executable, "-c", PRINTS, str(patience), "20000", "said"]
        subprocess.run(command, stdout=out, check=True, timeout=30)
    assert (tmp_path / "lines").read_text().splitlines() == [f"{number} said" for number in range(20_000)]


def test_what_the_encoding_lacks_is_escaped() -> None:
    with Program("-c", PRINTS, "0", "1", "Zoë 🐍", PYTHONIOENCODING="ascii") as program:
        assert program.rest() == [r"0 Zo\xeb \U0001f40d"]
        assert program.errors == "done"


@of_both
def test_output_that_nobody_reads_keeps_nobody_waiting(patience: float) -> None:
    with Program("-c", WAITS_THEN_PRINTS, str(patience), str(MANY), LONG) as program:
        program.wait_for_line("ready")
        program.type("\n")
        assert program.wait() == 0
        assert program.errors == "done"


@of_both
def test_output_that_is_closed_ends_nothing(patience: float) -> None:
    with Program("-c", WAITS_THEN_PRINTS, str(patience), str(MANY), LONG) as program:
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


def number_of(line: str) -> int:
    return int(line[:100])


def gap_in(line: str) -> int:
    """How many lines it says were not printed."""
    gap = re.fullmatch(r"\(… ([\d,]+) lines? w\w+ not printed\)", line)
    return int(gap[1].replace(",", "")) if gap else 0


def lines_from(output: int) -> Iterator[str]:
    """What is read until the output is closed."""
    with os.fdopen(os.dup(output), encoding="utf-8") as lines:
        for line in lines:
            yield line.removesuffix("\n")


@unread
@of_both
def test_where_nobody_reads_lines_are_dropped_after_one_wait_and_their_number_is_said_in_their_place(
    patience: float,
) -> None:
    came: list[str] = []
    with standard_output_in_a_pipe() as output:
        reader = threading.Thread(target=lambda: came.extend(lines_from(output)))
        with LinePrinter(patience) as out:
            started = time.monotonic()
            for number in range(MANY):
                out.print(f"{number:0100}{LONG}")
            assert patience <= time.monotonic() - started < patience + 2
            reader.start()
        sys.stdout.close()
        reader.join()
    number = 0  # the next one that was said
    for line in came:
        assert gap_in(line) or number_of(line) == number
        number += gap_in(line) or 1
    assert number == MANY
    assert any(map(gap_in, came))


@unread
@of_both
def test_a_reader_slower_than_a_line_a_second_gets_all(patience: float) -> None:
    """Twice nothing is read for longer than a client has patience, while more waits than a pipe takes."""
    lines = [f"{number:0300}\n" for number in range(5000)]
    came: list[bytes] = []
    with standard_output_in_a_pipe() as output:

        def read_slowly() -> None:
            for _ in range(2):
                threading.Event().wait(1.2 * PATIENCE)
                came.append(read(output, len(lines[0])))
            came.append(read(output, len(lines[0]) * (len(lines) - 2)))

        reader = threading.Thread(target=read_slowly)
        with LinePrinter(patience) as out:
            reader.start()
            for line in lines:
                out.print(line.removesuffix("\n"))
            reader.join()
    assert b"".join(came).decode() == "".join(lines)


@unread
def test_a_printer_with_patience_waits_as_long_as_something_is_read() -> None:
    """Longer than its patience in all, and shorter each time."""
    patience = 0.3
    came: list[str] = []
    with standard_output_in_a_pipe() as output:

        def read_slowly() -> None:
            for _ in range(5):
                threading.Event().wait(patience / 2)
                read(output, 20 * len(f"{LONG}\n"))
            came.extend(lines_from(output))

        reader = threading.Thread(target=read_slowly)
        with LinePrinter(patience) as out:
            while not out._is_full():
                out.print(LONG)
            reader.start()
            for number in range(200):
                out.print(f"{number:0100}{LONG}")
        sys.stdout.close()
        reader.join()
    assert [number_of(line) for line in came[-200:]] == list(range(200))


@unread
def test_a_reader_who_reads_on_after_a_gap_is_waited_for_again() -> None:
    came: list[str] = []
    with standard_output_in_a_pipe() as output:
        reader = threading.Thread(target=lambda: came.extend(lines_from(output)))
        with LinePrinter(PATIENCE) as out:
            for _ in range(MANY):
                out.print(LONG)
            assert out._stuck
            reader.start()
            with out._changed:
                assert out._changed.wait_for(lambda: not out._stuck, LIMIT)
            for number in range(2 * MANY):
                out.print(f"{number:0100}{LONG}")
        sys.stdout.close()
        reader.join()
    assert [number_of(line) for line in came[-2 * MANY :]] == list(range(2 * MANY))


@unread
def test_lines_after_a_gap_come_after_its_number() -> None:
    out = LinePrinter()
    while not out._is_full():
        out.print(LONG)
    for _ in range(1234):
        out.print("dropped")
    with standard_output_in_a_pipe() as output:
        came: list[str] = []
        with out:
            reader = threading.Thread(target=lambda: came.extend(lines_from(output)))
            reader.start()
            with out._changed:
                assert out._changed.wait_for(lambda: not out._waiting and not out._dropped, LIMIT)
            out.print("on we go")
        sys.stdout.close()
        reader.join()
    assert came[-3:] == [LONG, "(… 1,234 lines were not printed)", "on we go"]


@unread
def test_a_gap_stands_where_its_lines_would_stand() -> None:
    out = LinePrinter()
    while not out._is_full():
        out.print(LONG)
    out.print("dropped")
    with standard_output_in_a_pipe() as output:
        came: list[str] = []
        reader = threading.Thread(target=lambda: came.extend(lines_from(output)))
        with out:
            with out._changed:
                assert out._changed.wait_for(lambda: not out._is_full(), LIMIT)
            out.print("later")
            reader.start()
        sys.stdout.close()
        reader.join()
    assert came[-3:] == [LONG, "(… 1 line was not printed)", "later"]


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
    with LinePrinter(PATIENCE) as out:
        for _ in range(MANY):
            out.print(LONG)
    assert time.monotonic() - started < PATIENCE
