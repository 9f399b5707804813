"""A member's side of the UDP talk: a datagram and the time in; events, and datagrams to send, out. Pure.

    stage        what happens                   then
    OUT          sign_up                        SIGNING_UP; the sign-up is repeated every RETRY seconds
    SIGNING_UP   my own nickname joined         IN
    SIGNING_UP   a challenge                    the sign-up again, with its token
    SIGNING_UP   a refusal                      OUT, told why
    SIGNING_UP   "taken", and I was in before   the sign-up again: perhaps by my old self, whose lease will end
    SIGNING_UP   nothing for PATIENCE seconds   OUT, told that nobody answers
    IN           my own nickname left           SIGNING_UP, told so: the room may open again, or have lost sight of me
    IN           my words don't come back       the sign-up again, which is safe: the room may have forgotten me
    IN           I heard nothing for DEAF       the sign-up again: the room may have closed without a word
    IN           no answer to that              SIGNING_UP after PATIENCE seconds, told that nobody answers any more
    IN           a challenge                    the sign-up again, with its token: the room has forgotten me
    IN           a stranger's refusal           SIGNING_UP, told so: a router has changed my port, or my lease has ended
    IN           I said nothing for ALIVE       a keep-alive

Times are in seconds. Lesson 06 puts it on a socket.
"""

from __future__ import annotations

from chatlab.room.events import Gone, Joined, Left, Refused, Said
from chatlab.room.nicknames import normalise
from chatlab.udp.membership import (
    NO_LONGER,
    PATIENCE,
    RETRY,
    RETURN_PATIENCE,
    TAKEN_FOR_A_STRANGER,
    Outcome,
    Stage,
    is_to_a_stranger,
    nobody,
    words,
)
from chatlab.udp.protocol import (
    ALIVE,
    MAX_DATAGRAM,
    Challenge,
    build_keep_alive,
    build_sign_out,
    build_sign_up,
    parse_answer,
)

# How long a member believes that a silent room is there, in seconds.
DEAF = 50.0


class UdpMember:
    """Somebody who wants to be in the room as `nickname`. Raises Refusal if no room takes such a name.

    `room_name`: how to name the room to people.
    """

    def __init__(self, nickname: str, room_name: str) -> None:
        self.nickname = normalise(nickname)
        self.room_name = room_name
        self.stage = Stage.OUT
        self._token = ""
        self._give_up_at = 0.0
        self._return_until = 0.0
        self._heard_at = 0.0  # anything
        self._sent_at = 0.0  # anything
        self._asked_at = 0.0  # to be let in
        self._unheard_since: float | None = None  # since when I wait for my words to come back, or for an answer

    def sign_up(self, now: float) -> Outcome:
        """Ask to be let in."""
        self.stage = Stage.SIGNING_UP
        self._give_up_at = now + PATIENCE
        self._return_until = 0.0
        return self._sign_up_again(now)

    def sign_out(self) -> Outcome:
        """Leave. No answer comes."""
        known_to_the_room = self.stage is not Stage.OUT
        self.stage = Stage.OUT
        return Outcome(datagrams=(build_sign_out(),) if known_to_the_room else ())

    def say(self, text: str, now: float) -> Outcome:
        """Say `text`, if it shows anything. Raises NotInTheRoom, or Refusal if no datagram can carry it."""
        datagram = words(text, self.nickname, self.stage, MAX_DATAGRAM)
        if not datagram:
            return Outcome()
        self._sent_at = now
        if self._unheard_since is None:
            self._unheard_since = now
        return Outcome(datagrams=(datagram,))

    def receive(self, datagram: bytes, now: float) -> Outcome:
        """What follows from a datagram of the room."""
        self._heard_at = now
        match parse_answer(datagram):
            case Joined(self.nickname) as joined:
                came_in = self.stage is not Stage.IN
                self.stage = Stage.IN
                self._unheard_since = None
                return Outcome((joined,) if came_in else ())
            case Left(self.nickname) if self.stage is Stage.IN:
                return self._return("the room has closed or lost sight of you", now)
            case Challenge(token) if self.stage is not Stage.OUT and token != self._token:
                self._token = token
                return self._sign_up_again(now)
            case Refused(reason) if self.stage is Stage.IN and is_to_a_stranger(reason):
                return self._return(TAKEN_FOR_A_STRANGER, now)
            case Refused(reason) if now < self._return_until and is_to_a_stranger(reason):
                self._give_up_at = now + PATIENCE
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
        return self._return(NO_LONGER, now) if self.stage is Stage.IN else Outcome()

    def tick(self, now: float) -> Outcome:
        """What is due by now. To be called several times a second."""
        if self.stage is Stage.SIGNING_UP:
            if now >= self._give_up_at:
                self.stage = Stage.OUT
                return Outcome((nobody(self.room_name),))
            if now >= self._asked_at + RETRY:
                return self._sign_up_again(now)
        if self.stage is Stage.IN:
            if self._unheard_since is not None:
                if now >= self._unheard_since + PATIENCE:
                    return self.unreachable(now)
                if now >= max(self._unheard_since, self._asked_at) + RETRY:
                    return self._sign_up_again(now)
            elif now >= self._heard_at + DEAF:
                self._unheard_since = now
                return self._sign_up_again(now)
            if now >= self._sent_at + ALIVE:
                self._sent_at = now
                return Outcome(datagrams=(build_keep_alive(),))
        return Outcome()

    def _return(self, reason: str, now: float) -> Outcome:
        """I am out, and ask to be let in again."""
        sign_up = self.sign_up(now)
        self._return_until = now + RETURN_PATIENCE
        return Outcome((Gone(f"{reason}; trying to get in again"),), sign_up.datagrams)

    def _sign_up_again(self, now: float) -> Outcome:
        self._sent_at = self._asked_at = now
        return Outcome(datagrams=(build_sign_up(self.nickname, self._token),))
