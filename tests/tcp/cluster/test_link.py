"""What a room and its bridge say to each other, whatever other servers put into a message."""

from __future__ import annotations

import pytest

from chatlab.tcp.cluster.link import MOST_MEMBERS, MOST_ON_LINK, Command, LinkReader, build_command, to_room
from chatlab.tcp.protocol import MAX_ANSWER

SAID = b"ada: hi\nada: there\n"
STREAM = SAID + build_command("claim", "1", "ada") + build_command("here") + b"ada left the chat!\n"
MEANING = [SAID, Command("claim", ("1", "ada")), Command("here"), b"ada left the chat!\n"]


def test_commands_stand_between_what_is_said() -> None:
    assert list(LinkReader().take(STREAM)) == MEANING


@pytest.mark.parametrize("cut", range(len(STREAM) + 1))
def test_it_does_not_matter_where_the_stream_is_cut(cut: int) -> None:
    reader = LinkReader()
    pieces = [*reader.take(STREAM[:cut]), *reader.take(STREAM[cut:])]
    assert b"".join(piece for piece in pieces if isinstance(piece, bytes)) == SAID + b"ada left the chat!\n"
    assert [piece for piece in pieces if isinstance(piece, Command)] == MEANING[1:3]


@pytest.mark.parametrize(
    ("verb", "payload", "meaning"),
    [
        ("said", SAID, [Command("said", ("x",)), SAID]),
        ("said", b"ada: half", [Command("said", ("x",)), b"ada: half\n"]),
        ("said", b"\0taken 1\n\0up\n", [Command("said", ("x",)), b"taken 1\nup\n"]),
        ("said", b"", [Command("said", ("x",)), b"\n"]),
        ("here", b"ada bob", [Command("here", ("x", "ada", "bob"))]),
        ("here", b"ada\n\0up\n bob\xff", [Command("here", ("x", "ada", "up", "bob\ufffd"))]),
        ("new", b"", [Command("new", ("x",))]),
        ("taken", b"1", []),
    ],
)
def test_what_another_server_says_is_no_command_of_the_bridge(verb: str, payload: bytes, meaning: object) -> None:
    assert list(LinkReader().take(to_room(verb, "x", payload))) == meaning


@pytest.mark.parametrize("verb", ["said", "here", "new"])
@pytest.mark.parametrize("byte", [b"x", b"\xff", b"\n"])
def test_no_message_is_too_long_for_the_link(verb: str, byte: bytes) -> None:
    for size in (MOST_ON_LINK - 50, MOST_ON_LINK, 3 * MOST_ON_LINK):
        assert len(to_room(verb, "0" * 32, byte * size)) <= MOST_ON_LINK


def test_all_that_a_server_may_say_fits() -> None:
    names = ("𝕒" * 20,) * MOST_MEMBERS
    here = build_command("here", "0" * 32, *names)
    assert len(here) <= MOST_ON_LINK
    [command] = LinkReader().take(here)
    assert command == Command("here", ("0" * 32, *names))
    assert MAX_ANSWER < MOST_ON_LINK
