"""The reliable room's side of the talk: the plain room, with a session for each member. Pure, as that one is.

    an address is   and sends                         then
    a stranger      message 0, a sign-up              it is a member and has a session; or a reset says why not
    a stranger      another message                   a reset; but a sign-out is acknowledged: it may be a repeat
    a member        message 0 of another session      as a stranger's; if it gets in, its old session has ended
    a member        a message of its session          acknowledged; the plain room gets it, once and in order
    a member        too much, too fast                not acknowledged: it will come again, so its sender slows down
    a member        no acknowledgement, for all tries it leaves
    a member        acknowledgements, but too slowly  it leaves, once more than the outbox holds waits for it
    anybody         no frame                          a plain refusal, in no more bytes than it sent

What the plain room has for a member becomes a message of that member's session, so nobody waits for anybody else.
Lesson 08 looks at it.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Iterable

from chatlab.room.addresses import Address, Arrival
from chatlab.room.errors import GaveUp, OutboxFull, Refusal
from chatlab.room.events import Refused
from chatlab.room.room import Room
from chatlab.udp.address_cookie import AddressCookie
from chatlab.udp.chat import Delivery, UdpChat
from chatlab.udp.limits import Limits, Reason
from chatlab.udp.protocol import Challenge, SignOut, SignUp, build_refusal, parse_request
from chatlab.udp.reliable.frames import (
    FIRST,
    Acknowledgement,
    Numbered,
    Reset,
    build_frame,
    build_reset,
    parse_frame,
)
from chatlab.udp.reliable.session import Session, SessionTable
from chatlab.udp.reliable.stop_and_wait import Timing

# An outbox holds this many messages of the greatest length.
OUTBOX_MESSAGES = 64
RELIABLE_ROOM = "reliable room: join it with --reliable"


class ReliableChat:
    """`UdpChat` for members that number and acknowledge. `rng` is for the jitter of the time-outs."""

    def __init__(
        self,
        limits: Limits,
        *,
        log: Callable[[str], None],
        proof: AddressCookie | None = None,
        timing: Timing,
        rng: random.Random,
    ) -> None:
        self.limits = limits
        self.tick_interval = timing.first / 2
        self._chat = UdpChat(limits, log=log)
        self._proof = proof
        self._timing = timing
        self._rng = rng
        self._outbox_bytes = OUTBOX_MESSAGES * limits.max_bytes
        self._sessions = SessionTable()
        self._tick_at = 0.0
        self._now = 0.0  # of the last datagram or tick

    @property
    def room(self) -> Room[Address]:
        return self._chat.room

    def receive(self, datagram: bytes, address: Address, now: float, *, may_wait: bool = True) -> list[Delivery]:
        """What follows from a datagram: see `UdpChat.receive`."""
        self._now = now
        frame = parse_frame(datagram)
        if frame is None or isinstance(frame, Reset):
            return _to(address, filter(None, [build_refusal(RELIABLE_ROOM, len(datagram))]))
        session = self._sessions.get(address)
        if session and session.name == frame.session:
            return self._from_member(frame, address, session)
        if isinstance(frame, Acknowledgement):
            return []
        return self._from_stranger(frame, address, len(datagram), Arrival(datagram, address) if may_wait else None)

    def tick(self, now: float) -> list[Delivery]:
        """Send again what is due, put out members that acknowledge nothing, end leases.

        To be called every `tick_interval` seconds or oftener.
        """
        self._now = now
        deliveries = self._tick_sessions() if now >= self._tick_at else []
        for sign_up in self._chat.waiting.take_due(now):
            deliveries += self.receive(*sign_up, now, may_wait=False)
        return deliveries

    def leave(self, address: Address, reason: Reason) -> list[Delivery]:
        """The one way out. A member that is put out and may still listen is told so. A stranger can't leave: []."""
        return self._end_session(address, reason) + self._send(self._chat.leave(address, reason))

    def close(self) -> list[Delivery]:
        """Everybody leaves, and is told once. A member that misses it finds out when nobody acknowledges any more."""
        self._chat.close()
        return [told for address in list(self._sessions) for told in self._end_session(address, Reason.CLOSING)]

    def _tick_sessions(self) -> list[Delivery]:
        self._tick_at = self._now + self.tick_interval
        deliveries = []
        for address, session in list(self._sessions.items()):
            try:
                deliveries += _to(address, session.tick(self._now))
            except GaveUp:
                deliveries += self.leave(address, Reason.UNACKNOWLEDGED)
        announced = self._chat.end_leases(self._now)
        for address in self._sessions.keys() - set(self.room.members):
            deliveries += self._end_session(address, Reason.SILENT)
        return deliveries + self._send(announced)

    def _from_member(self, frame: Numbered | Acknowledgement, address: Address, session: Session) -> list[Delivery]:
        if isinstance(frame, Acknowledgement):
            return _to(address, session.receive(frame, self._now).datagrams)
        request = parse_request(frame.payload)
        if self._chat.comes_too_fast(request, address, self._now):
            return []
        payload, datagrams = session.receive(frame, self._now)
        deliveries = _to(address, datagrams)
        if payload is not None:
            deliveries += self._send(self._chat.from_member(request, len(payload), address, self._now))
            if address not in self.room:
                self._end_session(address, Reason.SIGNED_OUT)
        return deliveries

    def _from_stranger(self, message: Numbered, address: Address, size: int, waits: Arrival | None) -> list[Delivery]:
        """`size`: of the datagram; what it gets at once has no more bytes. `waits`: see `UdpChat.let_in`."""
        request = parse_request(message.payload)
        if isinstance(request, SignOut):
            return _to(address, [build_frame(Acknowledgement(message.session, message.number))])
        is_old = message.number != FIRST or self._sessions.has_ended(address, message.session, self._now)
        if is_old or not isinstance(request, SignUp):
            return _to(address, [build_reset(message.session, Refused("sign up first"), size)])
        if self._proof and not self._proof.holds(request.token, address, self._now):
            challenge = Challenge(self._proof.token(address, self._now))
            return _to(address, [build_reset(message.session, challenge, size)])
        if self._chat.comes_too_fast(request, address, self._now):
            return []
        if self._sessions.was_refused(address, message.session, self._now):
            waits = None  # a repeat that was under way: its sender has read the refusal, and is perhaps gone
        length = len(message.payload)
        at_most = length - len(build_frame(Acknowledgement(message.session, message.number)))
        try:
            announced = self._chat.let_in(request, length, address, self._now, answer_bytes=at_most, waits=waits)
        except Refusal as refusal:
            self._sessions.refuse(address, message.session, self._now)
            return _to(address, [build_reset(message.session, Refused(str(refusal)), size)])
        if address in self._chat.waiting:
            return announced
        self._end_session(address, Reason.STARTED_AGAIN)
        self._sessions[address] = session = Session(message.session, self._timing, self._rng, self._outbox_bytes)
        return _to(address, session.receive(message, self._now).datagrams) + self._send(announced)

    def _send(self, announced: Iterable[Delivery]) -> list[Delivery]:
        """Make messages of what the plain room wants sent. A member whose outbox is full leaves."""
        waiting = deque(announced)
        deliveries = []
        while waiting:
            datagram, recipients = waiting.popleft()
            for address in recipients:
                if session := self._sessions.get(address):
                    try:
                        deliveries += _to(address, session.send(datagram, self._now))
                    except OutboxFull:
                        deliveries += self._end_session(address, Reason.TOO_SLOW)
                        waiting += self._chat.leave(address, Reason.TOO_SLOW)
        return deliveries

    def _end_session(self, address: Address, reason: Reason) -> list[Delivery]:
        session = self._sessions.end(address, self._now)
        if session is None or reason in (Reason.SIGNED_OUT, Reason.UNREACHABLE, Reason.STARTED_AGAIN):
            return []
        return _to(address, [build_reset(session.name, Refused(reason.value))])


def _to(address: Address, datagrams: Iterable[bytes]) -> list[Delivery]:
    return [Delivery(datagram, (address,)) for datagram in datagrams]
