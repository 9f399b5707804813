"""What somebody pastes into a client program, on a real terminal: bracketed paste, as terminals send it."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from chatlab.room.events import Said
from chatlab.service.signals import Interrupts
from chatlab.tcp.client import TcpClient
from chatlab.tcp.server import TcpServer
from chatlab.terminal.keyboard import PromptKeyboard
from chatlab.terminal.talk import MOST_LINES
from chatlab.udp.client import UdpClient
from chatlab.udp.server import UdpServer
from tests.systems import not_here

from ..terminals import ERASED, Terminal
from ..waiting import Heard

pytestmark = not_here(sys.platform == "win32", "Windows has no pseudo-terminals that Python can open")

PROMPT = rf"{ERASED}>[ \b]*"


@pytest.fixture
def room() -> Iterator[UdpServer]:
    with UdpServer(port=0) as room:
        yield room


@pytest.fixture
def heard(room: UdpServer) -> Iterator[Heard[object]]:
    """What bob hears."""
    heard: Heard[object] = Heard()
    with UdpClient("bob", room, on_event=heard):
        yield heard


@pytest.fixture
def ada(room: UdpServer, heard: Heard[object]) -> Iterator[Terminal]:
    with Terminal("-m", "chatlab.udp.client", "--port", str(room.address[1]), "--nick", "ada") as ada:
        ada.shows(rf"leaves\.\s*{PROMPT}")
        yield ada


@pytest.fixture
def _handlers_are_put_back() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def paste(terminal: Terminal, text: str) -> None:
    terminal.type(f"\x1b[200~{text}\x1b[201~")


def said(heard: Heard[object], count: int) -> list[str]:
    """The first `count` texts that ada said."""
    heard.wait_for(lambda _: sum(isinstance(event, Said) for event in heard.all) >= count)
    return [event.text for event in heard.all if isinstance(event, Said)]


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])  # as terminals send the ends of pasted lines
def test_each_line_is_a_message_of_its_own_once_enter_is_pressed(ada: Terminal, heard: Heard[object], end: str) -> None:
    paste(ada, f"roses are red{end}violets are blue{end}{end}this was pasted")
    ada.shows("this was pasted")
    assert not any(isinstance(event, Said) for event in heard.all)
    ada.type("\r")
    assert said(heard, 3) == ["roses are red", "violets are blue", "this was pasted"]
    ada.type("typed\r")
    assert said(heard, 4)[3] == "typed"


def test_a_line_that_leaves_may_stand_in_a_paste(ada: Terminal, heard: Heard[object]) -> None:
    paste(ada, "bye\n!q\nnobody hears this")
    ada.shows("nobody hears this")
    ada.type("\r")
    assert ada.wait() == 0
    assert said(heard, 1) == ["bye"]


def test_too_many_lines_stay_on_the_line_with_the_reason(ada: Terminal, heard: Heard[object]) -> None:
    paste(ada, "\n".join(f"line {number}" for number in range(MOST_LINES + 1)))
    ada.shows(f"line {MOST_LINES}")
    ada.type("\r")
    ada.shows(rf"\(these are {MOST_LINES + 1} lines: say at most {MOST_LINES} at once\)[\s\S]*line {MOST_LINES}")
    for _ in range(len(f"\nline {MOST_LINES}")):
        ada.type("\x7f")  # backspace
    ada.type("\r")
    assert said(heard, MOST_LINES) == [f"line {number}" for number in range(MOST_LINES)]


def test_a_text_that_the_room_finds_too_long_stays_on_the_line(ada: Terminal, heard: Heard[object]) -> None:
    paste(ada, "x" * 1025 + "end")
    ada.shows("xend")
    ada.type("\r")
    ada.shows(r"\(refused: [^()]*1,?0\d\d [^()]*\)[\s\S]*xend")
    for _ in range(500):
        ada.type("\x7f")
    ada.type("\r")
    assert said(heard, 1) == ["x" * 528]


def test_of_two_lines_that_are_too_long_none_is_put_back(ada: Terminal, heard: Heard[object]) -> None:
    """Nobody knows which of them a refusal is about."""
    paste(ada, "x" * 1025 + "\n" + "y" * 1025)
    ada.type("\r")
    ada.shows(r"\(refused: ")
    ada.type("next\r")
    assert said(heard, 1) == ["next"]


def test_a_line_that_comes_back_otherwise_than_it_was_typed_is_forgotten(ada: Terminal, heard: Heard[object]) -> None:
    paste(ada, "line\u2028separators are removed")
    ada.type("\r")
    assert said(heard, 1) == ["lineseparators are removed"]
    paste(ada, "x" * 1025 + "end")
    ada.type("\r")
    ada.shows(r"\(refused: [^()]*\)[\s\S]*xend")


@pytest.mark.usefixtures("_handlers_are_put_back")
def test_what_is_being_typed_is_not_disturbed_by_what_is_given_back() -> None:
    async def give_back() -> None:  # in an event loop, as in the editor
        with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()), ExitStack() as stack:
            keyboard = PromptKeyboard(stack, Interrupts())
            line = keyboard._session.default_buffer
            line.insert_text("half a")
            keyboard.give_back("refused")
            keyboard._put_on_the_line()
            assert line.text == "half a"
            line.reset()
            keyboard._put_on_the_line()  # not later either
            assert line.text == ""
            keyboard.give_back("refused")
            keyboard._put_on_the_line()
            assert line.text == "refused"

    asyncio.run(give_back())


def test_a_line_that_the_client_finds_too_long_stays_with_those_behind_it() -> None:
    heard: Heard[object] = Heard()
    with TcpServer(port=0) as room, TcpClient("bob", room, on_event=heard):
        with Terminal("-m", "chatlab.tcp.client", "--port", str(room.address[1]), "--nick", "ada") as ada:
            ada.shows(rf"leaves\.\s*{PROMPT}")
            paste(ada, "first\n" + "y" * 1100 + "\nlast")
            ada.shows("last")
            ada.type("\r")
            ada.shows(r"\(a message has at most 1,023 bytes, and this has 1,100: say it in pieces\)[\s\S]*y\s+last")
            for _ in range(len("\nlast") + 100):
                ada.type("\x7f")
            ada.type("\r")
            assert said(heard, 2) == ["first", "y" * 1000]
