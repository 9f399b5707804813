"""What a client program prints: of an output that is read, no line is lost; where nobody reads, the gap is said."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from chatlab.tcp.client import TcpClient
from chatlab.tcp.limits import Limits
from chatlab.tcp.models.serving import DEFAULT_MODEL
from chatlab.tcp.server import TcpServer

from ..programs import LIMIT, Program
from ..systems import ON_WINE

PIECE = 0.02  # seconds from one look at a file to the next
UNLIMITED = Limits(rate_limit=0)


def client_of(room: TcpServer) -> tuple[str, ...]:
    host, port = room.address[:2]
    return ("-m", "chatlab.tcp.client", "--host", host, "--port", str(port), "--nick", "reader")


@contextmanager
def reader_into(file: Path, room: TcpServer) -> Iterator[Callable[[int], list[str]]]:
    """A client program that prints into `file`. Gives what reads it, once it has so many lines."""

    def lines(count: int) -> list[str]:
        for _ in range(int(3 * LIMIT / PIECE)):
            if len(lines := file.read_text(encoding="utf-8").splitlines()) >= count:
                return lines
            threading.Event().wait(PIECE)
        raise AssertionError(f"{len(lines)} of {count} lines")

    with file.open("wb") as out:
        program = subprocess.Popen([sys.executable, *client_of(room)], stdin=subprocess.PIPE, stdout=out)
    try:
        yield lines
    finally:
        program.kill()
        program.communicate()


def test_20_000_lines_said_in_one_go_are_all_in_the_file(tmp_path: Path) -> None:
    with TcpServer(port=0, limits=UNLIMITED) as room, TcpClient("ada", room) as ada:
        with reader_into(tmp_path / "heard", room) as lines:
            lines(1)  # in the room
            for number in range(20_000):
                ada.say(str(number))
            said = [line for line in lines(20_001) if line.startswith("ada: ")]
    assert said == [f"ada: {number}" for number in range(20_000)]


def test_all_that_30_members_may_say_at_once_is_in_the_file(tmp_path: Path) -> None:
    with TcpServer(port=0) as room, ExitStack() as stack:
        members = [stack.enter_context(TcpClient(f"c{number}", room)) for number in range(30)]
        with reader_into(tmp_path / "heard", room) as lines:
            lines(1)
            for member in members:
                for number in range(100):
                    member.say(str(number))
            said = [line for line in lines(3001) if ": " in line]
    assert sorted(said) == sorted(f"c{member}: {number}" for member in range(30) for number in range(100))


def wait_until(holds: Callable[[], bool]) -> None:
    for _ in range(int(LIMIT / PIECE)):
        if holds():
            return
        threading.Event().wait(PIECE)
    raise AssertionError("in vain")


TELLS_HOW_MUCH_IT_HAS_HEARD = """
import sys
from chatlab.tcp import client
from chatlab.terminal import keyboard

class Telling(keyboard.LinePrinter):
    def print(self, line):
        super().print(line)
        if line.endswith("999"):
            sys.stderr.write(".")
            sys.stderr.flush()

keyboard.LinePrinter = Telling
sys.exit(client.main(sys.argv[1:]))
"""


def test_the_gap_is_said_when_reading_goes_on() -> None:
    said = [f"ada: {number:01000}" for number in range(18_000)]  # more than may wait
    # Windows' own model loses bytes for a slow reader under Wine: PARTIAL_SENDS in tests/tcp/test_rooms.py.
    with (
        TcpServer(port=0, limits=UNLIMITED, model="threads" if ON_WINE else DEFAULT_MODEL) as room,
        TcpClient("ada", room) as ada,
    ):
        with Program("-c", TELLS_HOW_MUCH_IT_HAS_HEARD, *client_of(room)[2:]) as program:
            program.wait_for_line("reader joined!")
            for number, line in enumerate(said, 1):
                ada.say(line.removeprefix("ada: "))
                if number % 1000 == 0:  # the room drops a reader that is too slow
                    wait_until(lambda: len(program.errors) == number // 1000)  # noqa: B023  # called here
            gap = re.fullmatch(r"\(… ([\d,]+) lines were not printed\)", program.wait_for_line("not printed)"))
            assert gap
            printed = [line for line in program.lines if line.startswith("ada: ")]
            assert printed == said[: len(printed)]
            assert int(gap[1].replace(",", "")) == len(said) - len(printed)
            ada.say("and on")
            program.wait_for_line("ada: and on")
