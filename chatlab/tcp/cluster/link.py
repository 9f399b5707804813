"""What a room and its bridge say to each other. Pure: lines, over a connection of their own, the link.

The lines that the others hear when a member comes, speaks or goes are on the link as they are. All else is a command: a
line that begins with a NUL, which no text of the room holds.

    from the room                                        from the bridge
    claim <ticket> <nickname>  ask the broker for it     yours <ticket>            the broker has given it
    free <ticket>              its member has gone       taken <ticket>            another server has it
    here <nickname> ...        all our members           here <server> <nickname>  all of that server's
    new <nickname> ...         the same, by one who      new <server> <nickname>   the same, by one who
                               wants to hear the others'                           wants to hear ours
    again                      ask for all once more     said <server>             the lines that follow are that one's
                                                         up, down                  the broker is there, or gone
                                                         more                      the lines that came have been heard:
                                                                                   say what was said since
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# Bytes of a line on the link, newline included: `here` with 10,000 nicknames, each of 20 letters of 4 bytes, fits.
MOST_ON_LINK = 1 << 20
MOST_MEMBERS = 10_000
_BEGIN = b"\0"
_COMMAND = re.compile(rb"\0(.*)\n")


@dataclass(frozen=True, slots=True)
class Command:
    """`word`, and what comes with it."""

    word: str
    rest: tuple[str, ...] = ()


def build_command(word: str, *rest: str) -> bytes:
    return b"\0%s\n" % " ".join((word, *rest)).encode()


class LinkReader:
    """Either end's bytes to what they say."""

    def __init__(self) -> None:
        self._begun = b""  # a line

    def take(self, data: bytes) -> Iterator[bytes | Command]:
        """The commands, and what was said between them: whole lines in one piece, with their ends."""
        lines, end, self._begun = (self._begun + data).rpartition(b"\n")
        for number, piece in enumerate(_COMMAND.split(lines + end)):
            if number % 2:
                word, *rest = piece.decode("utf-8", "replace").split(" ")
                yield Command(word, tuple(filter(None, rest)))
            elif piece:
                yield piece


def to_room(verb: str, server: str, payload: bytes) -> bytes:
    """A message of another server as it goes to the room; b'' for what no server says.

    No payload can pass for a command, and none leaves half a line behind.
    """
    payload = payload.replace(_BEGIN, b"")
    match verb:
        case "said":
            message = build_command("said", server) + payload.removesuffix(b"\n") + b"\n"
        case "here" | "new":
            message = build_command(verb, server, *payload.decode("utf-8", "replace").split())
        case _:
            return b""
    return message if len(message) <= MOST_ON_LINK else b""
