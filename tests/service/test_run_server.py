"""A server's program, from the start of its server to the exit code. Each in a process of its own."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from chatlab.udp.client import UdpClient

from ..programs import Program

# `python -c PROGRAM <what goes wrong> <module> <options>`
PROGRAM = """
import importlib, sys, threading

problem, module, *options = sys.argv[1:]
program = importlib.import_module(module)
exec(problem)
sys.exit(program.main(options))
"""
DIES_AT_THE_FIRST_DATAGRAM = """
def handle(room, batch):
    if batch.arrivals:
        raise OSError(24, "Too many open files")
program.UdpServer._handle = handle
"""
HAS_NO_THREAD_LEFT_AFTER = """
starts = iter(range({0}))
start = threading.Thread.start
def start_if_there_is_one(thread):
    if next(starts, None) is None:
        raise RuntimeError("can't start new thread")
    start(thread)
threading.Thread.start = start_if_there_is_one
"""
# Modules of programs, with options and with how many threads they start: one prints.
SERVERS = [
    ("chatlab.udp.server", [], 3),
    ("chatlab.weather.__main__", ["--to", "127.0.0.1:9"], 2),
    ("chatlab.tcp.server", ["--model", "selectors"], 2),
    ("chatlab.tcp.server", ["--model", "asyncio"], 2),
    ("chatlab.tcp.server", ["--model", "threads"], 3),
]


def run(problem: str, module: str, options: Iterable[str]) -> Program:
    return Program("-c", PROGRAM, problem, module, "--port", "0", *options)


def port_of(program: Program) -> int:
    return int(program.wait_for_line("is open at").partition(" (Ctrl-C")[0].rpartition(":")[2])


def test_a_room_that_fails_ends_its_program_with_a_line_and_code_1() -> None:
    with run(DIES_AT_THE_FIRST_DATAGRAM, "chatlab.udp.server", []) as program:
        port = port_of(program)
        with pytest.raises(OSError, match="is the server running there?"):
            UdpClient("ada", ("127.0.0.1", port)).start()
        assert program.wait() == 1
        assert program.rest() == ["the room has failed: OSError: [Errno 24] Too many open files"]
        assert program.errors == f"The room at 127.0.0.1:{port} has failed: OSError: [Errno 24] Too many open files\n"


@pytest.mark.parametrize(
    ("module", "options", "threads"),
    [(module, options, threads) for module, options, most in SERVERS for threads in range(most)],
)
def test_a_program_without_a_thread_left_says_so_in_a_line_with_code_2(
    module: str, options: list[str], threads: int
) -> None:
    with run(HAS_NO_THREAD_LEFT_AFTER.format(threads), module, options) as program:
        assert program.wait() == 2
        assert "is open at" not in "".join(program.rest())
        assert program.errors == "the system has no thread left: close some programs, or allow more\n"
