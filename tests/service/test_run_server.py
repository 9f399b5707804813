"""A server's program, from the start of its server to the exit code. Each in a process of its own."""

from __future__ import annotations

import socket
from collections.abc import Iterable

import pytest

from ..programs import Program

# `python -c PROGRAM <what goes wrong> <module> <options>`
PROGRAM = """
import importlib, sys, threading

problem, module, *options = sys.argv[1:]
program = importlib.import_module(module)
exec(problem)
sys.exit(program.main(options))
"""
FAILS_AT_THE_FIRST_WORD = """
from chatlab.tcp.chat import TcpChat
from chatlab.udp.chat import UdpChat
from chatlab.weather.relay import WeatherRelay

def fail(*arguments):
    raise ZeroDivisionError("division by zero")
UdpChat.receive = TcpChat.receive = WeatherRelay._hear_clients = fail
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
LOGS_5_000_LINES_AS_IT_CLOSES = """
from chatlab.service import line_printer
from chatlab.tcp.chat import TcpChat
from chatlab.udp.chat import UdpChat

def make_it_tell(chat):
    close, numbers = chat.close, iter(range(5000))
    def close_and_tell(self, *arguments):
        for number in numbers:
            self._log(f"{number} left")
        return close(self, *arguments)
    chat.close = close_and_tell
make_it_tell(UdpChat)
make_it_tell(TcpChat)
line_printer.LAST_WORDS = 60.0  # on a busy machine a reader may take nothing for longer
"""
# Modules of programs, with options and with how many threads they start: one prints.
SERVERS = [
    ("chatlab.udp.server", [], 3),
    ("chatlab.weather.__main__", ["--to", "127.0.0.1:9"], 2),
    ("chatlab.tcp.server", ["--model", "selectors"], 2),
    ("chatlab.tcp.server", ["--model", "asyncio"], 2),
    ("chatlab.tcp.server", ["--model", "threads"], 3),
]


def run(problem: str, module: str, options: Iterable[str], port: int = 0) -> Program:
    return Program("-c", PROGRAM, problem, module, "--port", str(port), *options)


def port_of(program: Program) -> int:
    return int(program.wait_for_line("is open at").partition(" (Ctrl-C")[0].rpartition(":")[2])


@pytest.mark.parametrize(("module", "options"), [(module, options) for module, options, _ in SERVERS])
def test_a_server_that_fails_ends_its_program_with_a_line_and_code_1(module: str, options: list[str]) -> None:
    what = "weather relay" if "weather" in module else "room"
    kind = socket.SOCK_STREAM if "tcp" in module else socket.SOCK_DGRAM
    with run(FAILS_AT_THE_FIRST_WORD, module, options) as program, socket.socket(socket.AF_INET, kind) as ada:
        port = port_of(program)
        ada.connect(("127.0.0.1", port))
        ada.send(b"SIGNUP_TAG:ada\n")
        assert program.wait() == 1
        why = "ZeroDivisionError: division by zero"
        assert not any("has failed" in line for line in program.rest())  # a terminal shows both
        assert program.errors == f"The {what} at 127.0.0.1:{port} has failed: {why}\n"


@pytest.mark.usefixtures("signals_of_a_terminal")
@pytest.mark.parametrize("module", ["chatlab.udp.server", "chatlab.tcp.server"])
def test_a_full_room_that_closes_logs_the_leaving_of_every_member(module: str) -> None:
    with run(LOGS_5_000_LINES_AS_IT_CLOSES, module, []) as program:
        port_of(program)
        program.press_ctrl_c()
        assert [line for line in program.rest() if line.endswith(" left")] == [f"{n} left" for n in range(5000)]
        assert program.wait() == 0


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


@pytest.mark.parametrize("threads", range(3))  # it prints, reads the keyboard, and hears the room
@pytest.mark.parametrize("module", ["chatlab.udp.client", "chatlab.tcp.client"])
def test_so_does_a_client(module: str, threads: int) -> None:
    kind = socket.SOCK_STREAM if "tcp" in module else socket.SOCK_DGRAM
    with socket.socket(socket.AF_INET, kind) as nobody:
        nobody.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            nobody.listen()
        port = nobody.getsockname()[1]
        with run(HAS_NO_THREAD_LEFT_AFTER.format(threads), module, ["--nick", "ada"], port) as program:
            assert program.wait() == 2
            assert program.rest() == []
            assert program.errors == "the system has no thread left: close some programs, or allow more\n"
