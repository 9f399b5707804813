"""A member's side of the reliable talk. Pure: a datagram and the time in; events, and datagrams to send, out.

    stage        what happens                           then
    OUT          sign_up                                SIGNING_UP: a new session, its message 0 the sign-up
    SIGNING_UP   my own nickname joined                 IN
    SIGNING_UP   a reset with a challenge               SIGNING_UP: a new session, with the token
    SIGNING_UP   another reset                          OUT, told why
    SIGNING_UP   "taken", and I was in before           a new session after RETRY: perhaps by my old self
    SIGNING_UP   a plain refusal                        OUT, told that the room is a plain one
    SIGNING_UP   nothing for PATIENCE seconds           OUT, told that nobody answers
    IN           a reset, or no acknowledgement at all  SIGNING_UP: a new session, told what may not have arrived
    IN           I said nothing for ALIVE seconds       a keep-alive; it is acknowledged, so the room is there
    IN           sign_out                               LEAVING: after what still waits, the sign-out
    LEAVING      the sign-out is acknowledged; a reset  OUT
    LEAVING      no acknowledgement for PATIENCE        OUT

The same face as the plain `UdpMember`. Times are in seconds. Lesson 08 looks at it.
"""

from __future__ import annotations

import random

from chatlab.room.errors import GaveUp, OutboxFull
from chatlab.room.events import Event, Joined, Refused
from chatlab.udp.membership import (
    NO_LONGER,
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
    Answer,
    Challenge,
    Say,
    build_keep_alive,
    build_sign_out,
    build_sign_up,
    parse_answer,
    parse_request,
)
from chatlab.udp.reliable.frames import FIRST, HEADER_BYTES, Numbered, Reset, build_frame, parse_frame
from chatlab.udp.reliable.session import Session
from chatlab.udp.reliable.stop_and_wait import Timing

MAX_TEXT = MAX_DATAGRAM - HEADER_BYTES
PLAIN = "plain room: join it without --reliable"


class ReliableMember(Member):
    """One who numbers what it says, and repeats it until it is acknowledged.

    `rng`: for the names of sessions and the jitter of time-outs.
    """

    def __init__(self, nickname: str, room_name: str, timing: Timing, rng: random.Random) -> None:
        super().__init__(nickname, room_name)
        self._timing = timing
        self._rng = rng
        self._again_at = float("inf")  # to start another session
        self._said_at = 0.0
        self._now = 0.0  # of the last call that told the time
        self._session = self._new_session("")

    def sign_out(self) -> Outcome:
        """Leave: once what waits is acknowledged, and the sign-out too. Before I am in, nothing is waited for."""
        before, self.stage = self.stage, Stage.OUT
        if before is Stage.SIGNING_UP:  # the room may have let me in already
            return Outcome(datagrams=(build_frame(Numbered(self._session.name, FIRST + 1, build_sign_out())),))
        if before is Stage.OUT:
            return Outcome()
        self.stage = Stage.LEAVING
        self._have_patience(self._now)
        try:
            return self._send(build_sign_out(), self._now) if before is Stage.IN else Outcome()
        except OutboxFull:  # there is no hope for a goodbye behind so much
            return self._lost("", self._now)

    def say(self, text: str, now: float) -> Outcome:
        datagram = self._words(text, MAX_TEXT)
        return self._send(datagram, now) if datagram else Outcome()

    def receive(self, datagram: bytes, now: float) -> Outcome:
        self._now = now
        frame = parse_frame(datagram)
        if frame is None:
            refused = isinstance(parse_answer(datagram), Refused) and self.stage is Stage.SIGNING_UP
            return self._out(Refused(PLAIN)) if refused else Outcome()
        if self.stage is Stage.OUT or frame.session != self._session.name:
            return Outcome()
        if isinstance(frame, Reset):
            return self._reset(parse_answer(frame.payload), now)
        waiting = self._session.unacknowledged
        payload, datagrams = self._session.receive(frame, now)
        if self.stage is Stage.LEAVING and self._session.unacknowledged != waiting:
            self._have_patience(now)
            self.stage = Stage.LEAVING if self._session.unacknowledged else Stage.OUT
        return Outcome(() if payload is None else self._heard(parse_answer(payload)), tuple(datagrams))

    def unreachable(self, now: float) -> Outcome:
        return self._lost(NO_LONGER, now)

    def tick(self, now: float) -> Outcome:
        self._now = now
        if now >= self._give_up_at:
            if self.stage is Stage.SIGNING_UP:
                return self._give_up()
            if self.stage is Stage.LEAVING:
                self.stage = Stage.OUT
        if self.stage is Stage.IN and now >= self._said_at + ALIVE and not self._session.unacknowledged:
            return self._send(build_keep_alive(), now)
        if self.stage is Stage.OUT:
            return Outcome()
        if now >= self._again_at:
            return self._ask(now)
        try:
            return Outcome(datagrams=tuple(self._session.tick(now)))
        except GaveUp as gave_up:
            return self._give_up() if self.stage is Stage.SIGNING_UP else self._lost(str(gave_up), now)

    def _heard(self, answer: Answer | None) -> tuple[Event, ...]:
        """The events in a message of the room, which comes once and in order."""
        if answer == Joined(self.nickname):
            came_in = self.stage is Stage.SIGNING_UP
            self.stage = Stage.IN if came_in else self.stage
            return (Joined(self.nickname),) if came_in else ()
        return () if answer is None or isinstance(answer, Challenge) else (answer,)

    def _reset(self, why: Answer | None, now: float) -> Outcome:
        reason = why.reason if isinstance(why, Refused) else ""
        if self.stage is not Stage.SIGNING_UP:
            return self._lost(TAKEN_FOR_A_STRANGER if is_to_a_stranger(reason) else reason, now)
        if not isinstance(why, Challenge):
            if self._may_be_my_old_self(reason, now):
                self._session = self._new_session("")  # the other is over: nothing of it is sent again
                self._again_at = now + RETRY
                self._have_patience(now + RETRY)
                return Outcome()
            return self._out(Refused(reason or TAKEN_FOR_A_STRANGER))
        if why.token == self._token:
            return Outcome()
        self._token = why.token
        return self._ask(now)

    def _lost(self, reason: str, now: float) -> Outcome:
        """The session is over."""
        if self.stage is not Stage.IN:
            self.stage = Stage.OUT if self.stage is Stage.LEAVING else self.stage
            return Outcome()
        unsure = sum(isinstance(parse_request(payload), Say) for payload in self._session.unacknowledged)
        missing = f"; {unsure} of your last messages may not have arrived" if unsure else ""
        return self._return(f"{reason}{missing}", now)

    def _new_session(self, name: str) -> Session:
        return Session(name, self._timing, self._rng)

    def _ask(self, now: float) -> Outcome:
        self._again_at = float("inf")
        self._session = self._new_session(f"{self._rng.getrandbits(32):08x}")
        return self._send(build_sign_up(self.nickname, self._token), now)

    def _send(self, datagram: bytes, now: float) -> Outcome:
        """Raises OutboxFull."""
        self._said_at = self._now = now
        return Outcome(datagrams=tuple(self._session.send(datagram, now)))
