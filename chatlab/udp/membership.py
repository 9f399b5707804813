"""What a plain and a reliable member have in common: where they stand, and what they say to their users. Pure."""

from __future__ import annotations

from abc import ABC, abstractmethod
from enum import Enum, auto
from typing import NamedTuple

from chatlab.room.errors import NotInTheRoom, Refusal
from chatlab.room.events import Event, Gone
from chatlab.room.nicknames import normalise
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


class Member(ABC):
    """Somebody who wants to be in the room as `nickname`. Raises Refusal if no room takes such a name.

    `room_name`: how to name the room to people. Times are in seconds.
    """

    def __init__(self, nickname: str, room_name: str) -> None:
        self.nickname = normalise(nickname)
        self.room_name = room_name
        self.stage = Stage.OUT
        self._token = ""
        self._give_up_at = 0.0
        self._return_until = 0.0

    def sign_up(self, now: float) -> Outcome:
        """Ask to be let in."""
        self.stage = Stage.SIGNING_UP
        self._have_patience(now)
        self._return_until = 0.0
        return self._ask(now)

    @abstractmethod
    def sign_out(self) -> Outcome:
        """Leave."""

    @abstractmethod
    def say(self, text: str, now: float) -> Outcome:
        """Say `text`, if it shows anything. Raises NotInTheRoom, or Refusal if it can't be sent."""

    @abstractmethod
    def receive(self, datagram: bytes, now: float) -> Outcome:
        """What follows from a datagram of the room."""

    @abstractmethod
    def unreachable(self, now: float) -> Outcome:
        """The network says that nobody has the room's port open."""

    @abstractmethod
    def tick(self, now: float) -> Outcome:
        """What is due by now. To be called several times a second."""

    @abstractmethod
    def _ask(self, now: float) -> Outcome:
        """Send a sign-up."""

    def _words(self, text: str, most_bytes: int) -> bytes:
        """`text` as a datagram, b"" if it shows nothing.

        Raises NotInTheRoom at another stage than IN, and Refusal for a text that does not fit into `most_bytes`.
        """
        if self.stage is not Stage.IN:
            raise NotInTheRoom("you are not in the room: wait until you are, then say it again")
        datagram = build_say(text, self.nickname) if clean(text) else b""
        if len(datagram) > most_bytes:
            raise Refusal(f"a datagram carries at most {most_bytes:,} bytes: say it in pieces")
        return datagram

    def _have_patience(self, now: float) -> None:
        """From now on."""
        self._give_up_at = now + PATIENCE

    def _return(self, reason: str, now: float) -> Outcome:
        """I am out, and ask to be let in again."""
        sign_up = self.sign_up(now)
        self._return_until = now + RETURN_PATIENCE
        return Outcome((Gone(f"{reason}; trying to get in again"),), sign_up.datagrams)

    def _may_be_my_old_self(self, reason: str, now: float) -> bool:
        """Whether I was in, and what the room says now may be about who I was then: its lease will end."""
        return now < self._return_until and is_to_a_stranger(reason)

    def _give_up(self) -> Outcome:
        """Nobody has let me in."""
        return self._out(Gone(f"nobody answers at {self.room_name}: is the server running there?"))

    def _out(self, event: Event) -> Outcome:
        self.stage = Stage.OUT
        return Outcome((event,))


def is_to_a_stranger(reason: str) -> bool:
    """Whether this `reason`, which the room may have cut, is one that it gives to strangers alone."""
    return any(start.startswith(reason[: len(start)]) for start in TO_STRANGERS)
