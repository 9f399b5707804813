"""What a plain and a reliable member have in common: where they stand, and what they say to their users. Pure."""

from __future__ import annotations

from enum import Enum, auto
from typing import NamedTuple

from chatlab.room.errors import NotInTheRoom, Refusal
from chatlab.room.events import Event, Gone
from chatlab.room.text import clean
from chatlab.udp.protocol import build_say

# How often a sign-up is repeated, and when a member gives up, in seconds.
RETRY = 0.5
PATIENCE = 5.0
# How long a member that was in keeps asking for its nickname: longer than the lease of its old self (120 s by default).
RETURN_PATIENCE = 150.0
# How a room begins what it answers to strangers alone. It cuts what would be longer than what they sent.
TO_STRANGERS = ("sign up", "taken")
NO_LONGER = "nobody answers any more"
TAKEN_FOR_A_STRANGER = "the room does not know you any more"


class Stage(Enum):
    """Where a member stands."""

    OUT = auto()
    SIGNING_UP = auto()
    IN = auto()
    LEAVING = auto()  # in the reliable room alone: until the sign-out is acknowledged


class Outcome(NamedTuple):
    """What there is to tell the client's user, and what to send to the room."""

    events: tuple[Event, ...] = ()
    datagrams: tuple[bytes, ...] = ()


def words(text: str, nickname: str, stage: Stage, most_bytes: int) -> bytes:
    """`text` as a datagram of `nickname`, b"" if it shows nothing.

    Raises NotInTheRoom at another stage than IN, and Refusal for a text that does not fit into `most_bytes`.
    """
    if stage is not Stage.IN:
        raise NotInTheRoom("you are not in the room: wait until you are, then say it again")
    datagram = build_say(text, nickname) if clean(text) else b""
    if len(datagram) > most_bytes:
        raise Refusal(f"a datagram carries at most {most_bytes:,} bytes: say it in pieces")
    return datagram


def is_to_a_stranger(reason: str) -> bool:
    """Whether this `reason`, which the room may have cut, is one that it gives to strangers alone."""
    return any(start.startswith(reason[: len(start)]) for start in TO_STRANGERS)


def nobody(room_name: str) -> Gone:
    return Gone(f"nobody answers at {room_name}: is the server running there?")
