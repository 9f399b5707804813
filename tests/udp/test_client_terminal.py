"""`python -m chatlab.udp.client` on a terminal: with prompt_toolkit, and where it is not installed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import pytest

from chatlab.udp.server import UdpServer
from tests.systems import not_here

from ..programs import code_after
from ..terminals import ERASED, Terminal
from .voice import Voice

pytestmark = not_here(sys.platform == "win32", "Windows has no pseudo-terminals that Python can open")

EDITOR = ("-m", "chatlab.udp.client")
PLAIN = (
    "-c",
    "import sys; sys.modules['prompt_toolkit'] = None; from chatlab.udp import client; "
    "sys.exit(client.main(sys.argv[1:]))",
)
# Keys that are typed before it are the terminal's, not the editor's.
PROMPT: dict[tuple[str, ...], str] = {EDITOR: f"{ERASED}?>", PLAIN: ""}
LEAVE = {
    "!q": lambda terminal: terminal.type("!q\r"),
    "Ctrl-D": lambda terminal: terminal.type("\x04"),
    "Ctrl-C": lambda terminal: terminal.type("\x03"),
    "SIGTERM": Terminal.terminate,
    "closed window": Terminal.hang_up,
}


@pytest.fixture(params=[EDITOR, PLAIN], ids=["prompt_toolkit", "plain"])
def command(request: pytest.FixtureRequest) -> tuple[str, ...]:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def bob(room: UdpServer) -> Iterator[Voice]:
    with Voice(room.address, "bob") as bob:
        yield bob


def port(room: UdpServer) -> tuple[str, str]:
    return ("--port", str(room.address[1]))


def test_a_nickname_is_asked_for_and_again_when_it_is_refused(
    room: UdpServer, bob: Voice, command: tuple[str, ...]
) -> None:
    with Terminal(*command, *port(room)) as terminal:
        terminal.shows("nickname")
        terminal.type("BOB\r")
        terminal.shows(r"\(taken: that nickname, or one that looks like it\)[\s\S]*nickname")
        terminal.type("two words\r")
        terminal.shows(r"\(letters, digits, _ and - only: no spaces in a nickname\)[\s\S]*nickname")
        terminal.type("ada\r")
        terminal.shows(r"You are in the room as ada\. Type a line and press Enter; !q leaves\.")
        bob.hears("ada joined!")
        terminal.type("hi\r")
        bob.hears("ada: hi")
        terminal.shows("ada: hi")
        bob.say("hello")
        terminal.shows("bob: hello")
        terminal.type("!q\r")
        assert terminal.wait() == 0
        bob.hears("ada left!")
        assert "Traceback" not in terminal.shown


@pytest.mark.parametrize("reliable", [False, True], ids=["plain room", "reliable room"])
def test_a_room_of_the_other_kind_is_said_and_no_other_nickname_asked_for(reliable: bool) -> None:
    with UdpServer(port=0, reliable=reliable) as room:
        option, advice = ([], "with") if reliable else (["--reliable"], "without")
        with Terminal(*PLAIN, *port(room), "--nick", "ada", *option) as terminal:
            terminal.shows(f"room: join it {advice} --reliable")
            assert terminal.wait() == 2
            assert "nickname" not in terminal.shown
            assert "Traceback" not in terminal.shown


@pytest.mark.usefixtures("signals_of_a_terminal")
@pytest.mark.parametrize("leave", LEAVE.values(), ids=list(LEAVE))
def test_every_way_to_leave_tells_the_room(
    room: UdpServer, bob: Voice, command: tuple[str, ...], leave: Callable[[Terminal], None]
) -> None:
    with Terminal(*command, *port(room), "--nick", "ada") as terminal:
        terminal.shows("You are in the room as ada")
        terminal.type("hi\r")
        terminal.shows(r"ada: hi\s*" + PROMPT[command])
        assert code_after(leave, terminal) == 0
        bob.hears("ada left!")
        assert "Traceback" not in terminal.shown


@pytest.mark.parametrize("key", ["\x04", "\x03"], ids=["Ctrl-D", "Ctrl-C"])
def test_whoever_gives_no_nickname_ends_it(room: UdpServer, command: tuple[str, ...], key: str) -> None:
    with Terminal(*command, *port(room)) as terminal:
        terminal.shows(f"nickname{PROMPT[command]}")
        assert code_after(lambda terminal: terminal.type(key), terminal) == 0
        assert "Traceback" not in terminal.shown


def test_the_line_being_typed_stays_whole_while_messages_come_in(room: UdpServer, bob: Voice) -> None:
    with Terminal(*EDITOR, *port(room), "--nick", "ada") as terminal:
        terminal.shows(rf"leaves\.\s*{ERASED}>")
        terminal.type("half a ")
        terminal.shows("half a")
        for number in range(3):
            bob.say(f"message {number}")
            # It is erased, and drawn again below the message.
            terminal.shows(rf"half a\s*{ERASED}\s*bob: message {number}\s*{ERASED}>[\s\b]*half a")
        terminal.type("line\r")
        bob.hears("ada: half a line")
