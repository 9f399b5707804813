"""The TCP room's protocol: one line is one message. Pure: lines to messages and back.

    from the room                                to             from a client
    NICK                          Choose         a stranger     the first line after NICK: a nickname
    NICK <reason>                 Choose         a stranger     any later line: say this
    Connected to the server!      Welcome        who is let in  the end of the stream: I am leaving
    <nickname> joined the chat    Joined         the others
    <nickname> left the chat!     Left           the others
    <nickname>: <text>            Said           the others
    ERROR <reason>                Hangup         whose connection ends with it

What a client's line means depends on when it comes: `chatlab.tcp.chat` knows. No member can be called NICK or ERROR,
and no nickname holds a space or a colon, so what the room says can be told apart. No bytes at all make `parse_answer`
fail.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from chatlab.room.errors import Refusal
from chatlab.room.events import Joined, Left, RoomEvent, Said
from chatlab.room.text import clean, decode, encode

DEFAULT_PORT = 55555
# Bytes of a client's line, newline included.
MAX_LINE = 1024
# What the room says is longer: a nickname is added, and each byte that is not UTF-8 becomes three.
MAX_ANSWER = 65_536

NICK = "NICK"
WELCOME = "Connected to the server!"
ERROR = "ERROR"

JOINED, LEFT = " joined the chat", " left the chat!"

# What stands on a line, by the names of its fields.
SAID = r"(?P<nickname>[^\s:]+)(?P<separator>: )(?P<text>[^\r\n]*)"
NOTICE = rf"(?P<nickname>[^\s:]+)(?P<notice>{JOINED}|{LEFT})"
_SAID, _NOTICE = map(re.compile, (SAID, NOTICE))


@dataclass(frozen=True, slots=True)
class Choose:
    """Choose a nickname. `reason`: why the one before was refused; '' the first time."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Welcome:
    """You are in."""


@dataclass(frozen=True, slots=True)
class Hangup:
    """The server closes the connection after this line, and says why."""

    reason: str


Answer = RoomEvent | Choose | Welcome | Hangup


def parse_nickname(line: bytes) -> str:
    """The nickname that a stranger's line asks for; not cleaned: with a control character it is refused, not mended."""
    return line.decode("utf-8", "replace").strip(" ")


def parse_answer(line: bytes) -> Answer | None:
    """What a room says, from any bytes; None for what no room says."""
    text = decode(line)
    if said := _SAID.fullmatch(text):
        return Said(said["nickname"], said["text"])
    if notice := _NOTICE.fullmatch(text):
        return (Joined if notice["notice"] == JOINED else Left)(notice["nickname"])
    if text == WELCOME:
        return Welcome()
    word, _, reason = text.partition(" ")
    if word == NICK:
        return Choose(reason)
    return Hangup(reason) if word == ERROR else None


def build_answer(answer: Answer) -> bytes:
    """An answer of the room as a line. A reason or a text is one line: see `chatlab.room.text`."""
    match answer:
        case Said(nickname, text):
            line = f"{nickname}: {text}"
        case Joined(nickname):
            line = nickname + JOINED
        case Left(nickname):
            line = nickname + LEFT
        case Choose(reason):
            line = f"{NICK} {reason}".rstrip()
        case Welcome():
            line = WELCOME
        case Hangup(reason):
            line = f"{ERROR} {reason}"
    return f"{line}\n".encode("utf-8", "replace")


def build_nickname(nickname: str) -> bytes:
    """The line that asks for `nickname`."""
    return encode(f"{nickname}\n")


def build_say(text: str) -> bytes:
    """The line that says `text`; b'' if it shows nothing. Raises Refusal if it is longer than a line may be."""
    line = encode(f"{clean(text)}\n")
    if len(line) > MAX_LINE:
        raise Refusal(f"a message has at most {MAX_LINE - 1:,} bytes, and this has {len(line) - 1:,}: say it in pieces")
    return line if len(line) > 1 else b""
