"""The reliable room's side of the talk: the same room, with a session for each member. Pure, as that one is.

    an address is   and sends                         then
    a stranger      a message                         see `chatlab.udp.reliable.entrance`
    a member        a message of another session      as a stranger's; if it gets in, its old session has ended
    a member        a message of its session          acknowledged; the room gets it, once and in order
    a member        too much, too fast                not acknowledged: it will come again, so its sender slows down
    a member        no acknowledgement, for all tries it leaves
    a member        acknowledgements, but too slowly  it leaves, once more than the outbox holds waits for it
    anybody         no frame                          a plain refusal, in no more bytes than it sent

What the room has for a member becomes a message of that member's session, so nobody waits for anybody else.
Lesson 08 looks at it.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from chatlab.room.addresses import Address, Arrival
from chatlab.room.room import Room
from chatlab.udp.address_cookie import AddressCookie
from chatlab.udp.chat import UdpChat
from chatlab.udp.delivery import Delivery, to_one
from chatlab.udp.limits import Limits, Reason
from chatlab.udp.protocol import build_refusal, parse_request
from chatlab.udp.reliable.entrance import Entrance
from chatlab.udp.reliable.frames import Acknowledgement, Numbered, Reset, parse_frame
from chatlab.udp.reliable.session import Session
from chatlab.udp.reliable.session_table import SessionTable
from chatlab.udp.reliable.stop_and_wait import Timing

# An outbox holds this many messages of the greatest length.
OUTBOX_MESSAGES = 64
RELIABLE_ROOM = "reliable room: join it with --reliable"


class ReliableChat:
    """The room of members that number and acknowledge. `rng` is for the jitter of the time-outs."""

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
        self._chat = UdpChat(limits, log=log, proof=proof)
        self._sessions = SessionTable(timing, rng, OUTBOX_MESSAGES * limits.max_bytes)
        self._entrance = Entrance(self._chat, self._sessions)
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
            refusal = build_refusal(RELIABLE_ROOM, len(datagram))
            return to_one(address, refusal) if refusal else []
        session = self._sessions.get(address)
        if session and session.name == frame.session:
            return self._from_member(frame, address, session)
        if isinstance(frame, Acknowledgement):
            return []
        answers, announced = self._entrance.receive(frame, Arrival(datagram, address), now, may_wait=may_wait)
        return answers + self._send(announced)

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
        return self._sessions.end(address, reason, self._now) + self._send(self._chat.leave(address, reason))

    def close(self) -> list[Delivery]:
        """Everybody leaves, and is told once. A member that misses it finds out when nobody acknowledges any more."""
        self._chat.close()
        members = tuple(self._sessions)
        return [told for each in members for told in self._sessions.end(each, Reason.CLOSING, self._now)]

    def _tick_sessions(self) -> list[Delivery]:
        self._tick_at = self._now + self.tick_interval
        deliveries, lost = self._sessions.tick(self._now)
        for address in lost:
            deliveries += self.leave(address, Reason.UNACKNOWLEDGED)
        announced = self._chat.end_leases(self._now)
        for address in self._sessions.keys() - set(self.room.members):
            deliveries += self._sessions.end(address, Reason.SILENT, self._now)
        return deliveries + self._send(announced)

    def _from_member(self, frame: Numbered | Acknowledgement, address: Address, session: Session) -> list[Delivery]:
        if isinstance(frame, Acknowledgement):
            return to_one(address, *session.receive(frame, self._now).datagrams)
        request = parse_request(frame.payload)
        if self._chat.comes_too_fast(request, address, self._now):
            return []
        payload, datagrams = session.receive(frame, self._now)
        deliveries = to_one(address, *datagrams)
        if payload is not None:
            deliveries += self._send(self._chat.from_member(request, len(payload), address, self._now))
            if address not in self.room:
                self._sessions.end(address, Reason.SIGNED_OUT, self._now)
        return deliveries

    def _send(self, announced: list[Delivery]) -> list[Delivery]:
        """Make messages of what the room wants sent. A member whose outbox is full leaves."""
        deliveries = []
        while announced:
            sent, lost = self._sessions.send(announced, self._now)
            deliveries += sent
            announced = []
            for address in lost:
                deliveries += self._sessions.end(address, Reason.TOO_SLOW, self._now)
                announced += self._chat.leave(address, Reason.TOO_SLOW)
        return deliveries
