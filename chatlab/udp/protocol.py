"""The UDP room's protocol: one datagram is one message. Pure: bytes to messages and back.

    from a member                             from the room
    SIGNUP_TAG:<nickname>[ <token>]  SignUp   <nickname> joined!        Joined
    SIGNOUT_TAG:                     SignOut  <nickname> left!          Left
    (an empty datagram)          KeepAlive    <nickname>: <text>        Said
    <text>                           Say      REFUSED_TAG:<reason>      Refused
                                              PROVE_TAG:<token>         Challenge

Commands and text share one space, so a text may look like a command: `build_say` then writes the longer form
`<own nickname>: <text>`, which can't. No bytes at all make `parse_request` or `parse_answer` fail. Lesson 02
builds this module.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from chatlab.room.events import Joined, Left, Refused, RoomEvent, Said
from chatlab.room.text import clean, decode, encode

DEFAULT_PORT = 9999
CLIENT_PORTS = range(8000, 9001)
# The largest payload of a UDP datagram over IPv4: 65,535 - 20 (IP header) - 8 (UDP header, RFC 768) bytes.
MAX_DATAGRAM = 65_507

SIGN_UP = "SIGNUP_TAG:"
SIGN_OUT = "SIGNOUT_TAG:"
REFUSED = "REFUSED_TAG:"
PROVE = "PROVE_TAG:"
# The room never answers a stranger with more bytes than it got, so a sign-up pays for its answer in advance
# with spaces (QUIC pads a client's first datagram for the same reason: RFC 9000, section 8.1).
SIGN_UP_BYTES = 128
# How often a member that says nothing shows that it is still here, in seconds. After 30 s of silence, many a router has
# forgotten which machine behind it had sent where (RFC 4787, section 4.3, asks for 2 minutes).
ALIVE = 25.0

JOINED, LEFT = " joined!", " left!"

# What stands on the wire, by the names of its fields. A token proves that a member receives at its address: see
# `chatlab.udp.address_cookie`.
TOKEN = "[0-9a-f]{16}"
CHALLENGE = f"(?P<command>{PROVE})(?P<token>{TOKEN})"
SAID = r"(?P<nickname>[^\s:]+)(?P<separator>: )(?P<text>.*)"
NOTICE = rf"(?P<nickname>[^\s:]+)(?P<notice>{JOINED}|{LEFT})"
_TOKEN, _CHALLENGE, _SAID, _NOTICE = map(re.compile, (TOKEN, CHALLENGE, SAID, NOTICE))


@dataclass(frozen=True, slots=True)
class SignUp:
    """Let me in under this nickname. `token` proves that I receive at my address, where the room asks for it."""

    nickname: str
    token: str = ""


@dataclass(frozen=True, slots=True)
class SignOut:
    """I am leaving."""


@dataclass(frozen=True, slots=True)
class KeepAlive:
    """I am still here."""


@dataclass(frozen=True, slots=True)
class Say:
    """Say this to everybody."""

    text: str


@dataclass(frozen=True, slots=True)
class Challenge:
    """Sign up again with this token, so that the room knows that you receive at your address."""

    token: str


Request = SignUp | SignOut | KeepAlive | Say
Answer = RoomEvent | Refused | Challenge


def parse_request(datagram: bytes) -> Request:
    """What a client wants, from any bytes."""
    if not datagram:
        return KeepAlive()
    if datagram.startswith(SIGN_UP.encode()):
        # Not cleaned: a nickname with a control character in it is refused, not mended. Only the end of the line that
        # somebody typed (into `nc -u`) does not belong to it.
        wanted = datagram[len(SIGN_UP) :].decode("utf-8", "replace").strip(" \r\n")
        nickname, space, token = wanted.rpartition(" ")
        return SignUp(nickname, token) if space and _TOKEN.fullmatch(token) else SignUp(wanted)
    if datagram.startswith(SIGN_OUT.encode()):
        return SignOut()
    return Say(decode(datagram))


def parse_answer(datagram: bytes) -> Answer | None:
    """What a room says, from any bytes; None for what no room says."""
    text = decode(datagram)
    if text.startswith(REFUSED):
        return Refused(text.removeprefix(REFUSED))
    if challenge := _CHALLENGE.fullmatch(text):
        return Challenge(challenge["token"])
    if said := _SAID.fullmatch(text):
        return Said(said["nickname"], said["text"])
    if notice := _NOTICE.fullmatch(text):
        return (Joined if notice["notice"] == JOINED else Left)(notice["nickname"])
    return None


def build_sign_up(nickname: str, token: str = "") -> bytes:
    """A sign-up of at least SIGN_UP_BYTES bytes."""
    return encode(f"{SIGN_UP}{nickname} {token}").ljust(SIGN_UP_BYTES)


def build_sign_out() -> bytes:
    return SIGN_OUT.encode()


def build_keep_alive() -> bytes:
    return b""


def build_say(text: str, nickname: str) -> bytes:
    """`text` as `nickname` says it: as it is, or in the long form where it would be read as something else."""
    plain = encode(text)
    unchanged = parse_request(plain) == Say(clean(text)) and strip_claim(clean(text), nickname) == clean(text)
    return plain if unchanged else encode(f"{nickname}: {text}")


def build_answer(answer: Answer) -> bytes:
    """An answer of the room as a datagram. A reason or a text is one line: see `chatlab.room.text`."""
    match answer:
        case Said(nickname, text):
            line = f"{nickname}: {text}"
        case Joined(nickname):
            line = nickname + JOINED
        case Left(nickname):
            line = nickname + LEFT
        case Refused(reason):
            line = REFUSED + reason
        case Challenge(token):
            line = PROVE + token
    return line.encode("utf-8", "replace")


def build_refusal(reason: str, most: int) -> bytes:
    """A refusal in at most `most` bytes: its reason is cut, and without room for the tag nothing is left of it."""
    refusal = build_answer(Refused(reason))[:most]
    return refusal if len(refusal) >= len(REFUSED) else b""


def strip_claim(text: str, nickname: str) -> str:
    """`text` without the claim `<nickname>: ` in front, if it claims that very nickname, in any form of Unicode."""
    claimed, colon, rest = text.partition(": ")
    return rest if colon and unicodedata.normalize("NFKC", claimed) == nickname else text
