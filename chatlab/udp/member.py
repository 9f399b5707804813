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

from chatlab.room.events import Joined, Left, Refused, Said
from chatlab.udp.membership import (
    NO_LONGER,
    PATIENCE,
    RETRY,
    TAKEN_FOR_A_STRANGER,
    Member,
    Outcome,
    Stage,
    is_to_a_stranger,
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


class UdpMember(Member):
    """One who sends each datagram once, but for the sign-up."""

    def __init__(self, nickname: str, room_name: str) -> None:
        super().__init__(nickname, room_name)
        self._heard_at = 0.0  # anything
        self._sent_at = 0.0  # anything
        self._asked_at = 0.0  # to be let in
        self._unheard_since: float | None = None  # since when I wait for my words to come back, or for an answer

    def sign_out(self) -> Outcome:
        """Leave. No answer comes."""
        known_to_the_room = self.stage is not Stage.OUT
        self.stage = Stage.OUT
        return Outcome(datagrams=(build_sign_out(),) if known_to_the_room else ())

    def say(self, text: str, now: float) -> Outcome:
        datagram = self._words(text, MAX_DATAGRAM)
        if not datagram:
            return Outcome()
        self._sent_at = now
        if self._unheard_since is None:
            self._unheard_since = now
        return Outcome(datagrams=(datagram,))

    def receive(self, datagram: bytes, now: float) -> Outcome:
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
                return self._ask(now)
            case Refused(reason) if self.stage is Stage.IN and is_to_a_stranger(reason):
                return self._return(TAKEN_FOR_A_STRANGER, now)
            case Refused(reason) if self._may_be_my_old_self(reason, now):
                self._have_patience(now)
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
        return self._return(NO_LONGER, now) if self.stage is Stage.IN else Outcome()

    def tick(self, now: float) -> Outcome:
        if self.stage is Stage.SIGNING_UP:
            if now >= self._give_up_at:
                return self._give_up()
            if now >= self._asked_at + RETRY:
                return self._ask(now)
        if self.stage is Stage.IN:
            if self._unheard_since is not None:
                if now >= self._unheard_since + PATIENCE:
                    return self.unreachable(now)
                if now >= max(self._unheard_since, self._asked_at) + RETRY:
                    return self._ask(now)
            elif now >= self._heard_at + DEAF:
                self._unheard_since = now
                return self._ask(now)
            if now >= self._sent_at + ALIVE:
                self._sent_at = now
                return Outcome(datagrams=(build_keep_alive(),))
        return Outcome()

    def _ask(self, now: float) -> Outcome:
        self._sent_at = self._asked_at = now
        return Outcome(datagrams=(build_sign_up(self.nickname, self._token),))
