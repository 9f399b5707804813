"""A member's side of the UDP talk: a datagram and the time in; events, and datagrams to send, out. Pure.

    stage        what happens                   then
    OUT          sign_up                        SIGNING_UP; the sign-up is repeated every RETRY seconds
    SIGNING_UP   my own nickname joined         IN
    SIGNING_UP   a challenge                    the sign-up again, with its token
    SIGNING_UP   a refusal                      OUT, told why
    SIGNING_UP   nothing for PATIENCE seconds   OUT, told that nobody answers
    IN           my own nickname left           SIGNING_UP: the room may open again, or have lost sight of me
    IN           my words don't come back       the sign-up again, which is safe: the room may have forgotten me
    IN           nor does an answer to that     SIGNING_UP after PATIENCE seconds, told that nobody answers any more
    IN           a challenge                    the sign-up again, with its token: the room has forgotten me
    IN           I was silent for ALIVE seconds a keep-alive

Times are in seconds. Lesson 05 puts it on a socket.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import NamedTuple

from chatlab.room.errors import Refusal
from chatlab.room.events import Event, Gone, Joined, Left, Refused, Said
from chatlab.room.nicknames import normalise
from chatlab.room.text import clean
from chatlab.udp.protocol import (
    ALIVE,
    MAX_DATAGRAM,
    Challenge,
    build_keep_alive,
    build_say,
    build_sign_out,
    build_sign_up,
    parse_answer,
)

RETRY = 0.5
PATIENCE = 5.0


class Stage(Enum):
    """Where a member stands."""

    OUT = auto()
    SIGNING_UP = auto()
    IN = auto()
    LEAVING = auto()  # in the reliable room alone: until the sign-out is acknowledged


class Outcome(NamedTuple):
    """What there is to tell whoever uses the client, and what to send to the room."""

    events: tuple[Event, ...] = ()
    datagrams: tuple[bytes, ...] = ()


class UdpMember:
    """One who wants to be in the room as `nickname`. Raises Refusal if no room takes such a name.

    `room_name`: how to name the room to people.
    """

    def __init__(self, nickname: str, room_name: str) -> None:
        self.nickname = normalise(nickname)
        self.room_name = room_name
        self.stage = Stage.OUT
        self._token = ""
        self._give_up_at = 0.0
        self._sent_at = 0.0  # anything
        self._asked_at = 0.0  # to be let in
        self._unheard_since: float | None = None  # when I said what has not come back yet

    def sign_up(self, now: float) -> Outcome:
        """Ask to be let in."""
        self.stage = Stage.SIGNING_UP
        self._give_up_at = now + PATIENCE
        return self._sign_up_again(now)

    def sign_out(self) -> Outcome:
        """Leave. No answer comes."""
        known_to_the_room = self.stage is not Stage.OUT
        self.stage = Stage.OUT
        return Outcome(datagrams=(build_sign_out(),) if known_to_the_room else ())

    def say(self, text: str, now: float) -> Outcome:
        """Say `text`, if it shows anything. Raises Refusal if I am not in, or if no datagram can carry it."""
        if self.stage is not Stage.IN:
            raise Refusal("you are not in the room: wait until you are, then say it again")
        if not clean(text):
            return Outcome()
        datagram = build_say(text, self.nickname)
        if len(datagram) > MAX_DATAGRAM:
            raise Refusal(f"a datagram carries at most {MAX_DATAGRAM:,} bytes: say it in pieces")
        self._sent_at = now
        if self._unheard_since is None:
            self._unheard_since = now
        return Outcome(datagrams=(datagram,))

    def receive(self, datagram: bytes, now: float) -> Outcome:
        """What follows from a datagram of the room."""
        match parse_answer(datagram):
            case Joined(self.nickname) as joined:
                came_in = self.stage is not Stage.IN
                self.stage = Stage.IN
                self._unheard_since = None
                return Outcome((joined,) if came_in else ())
            case Left(self.nickname) if self.stage is Stage.IN:
                return self._sign_up_after(
                    Gone("the room has closed or lost sight of you; trying to get in again"), now
                )
            case Challenge(token) if self.stage is not Stage.OUT and token != self._token:
                self._token = token
                return self._sign_up_again(now)
            case Refused() as refused:
                if self.stage is Stage.SIGNING_UP:
                    self.stage = Stage.OUT
                if self._unheard_since is not None and self._asked_at > self._unheard_since:
                    self._unheard_since = None
                return Outcome((refused,))
            case Said(nickname) as said:
                if nickname == self.nickname:
                    self._unheard_since = None
                return Outcome((said,))
            case Joined() | Left() as notice:
                return Outcome((notice,))
        return Outcome()

    def unreachable(self, now: float) -> Outcome:
        """The network says that nobody has the room's port open."""
        if self.stage is not Stage.IN:
            return Outcome()
        return self._sign_up_after(Gone("nobody answers any more; trying to get in again"), now)

    def tick(self, now: float) -> Outcome:
        """What is due by now. To be called several times a second."""
        if self.stage is Stage.SIGNING_UP:
            if now >= self._give_up_at:
                self.stage = Stage.OUT
                return Outcome((Gone(f"nobody answers at {self.room_name}: is the server running there?"),))
            if now >= self._asked_at + RETRY:
                return self._sign_up_again(now)
        if self.stage is Stage.IN:
            if self._unheard_since is not None:
                if now >= self._unheard_since + PATIENCE:
                    return self.unreachable(now)
                if now >= max(self._unheard_since, self._asked_at) + RETRY:
                    return self._sign_up_again(now)
            if now >= self._sent_at + ALIVE:
                self._sent_at = now
                return Outcome(datagrams=(build_keep_alive(),))
        return Outcome()

    def _sign_up_after(self, gone: Gone, now: float) -> Outcome:
        return Outcome((gone,), self.sign_up(now).datagrams)

    def _sign_up_again(self, now: float) -> Outcome:
        self._sent_at = self._asked_at = now
        return Outcome(datagrams=(build_sign_up(self.nickname, self._token),))
