"""The sessions of a reliable room's members, one each, and what goes out by them. Pure: told the time.

Those that have ended are remembered for a while, so that a late repeat of a sign-up opens none of them again (TCP's
TIME-WAIT has the same purpose: RFC 9293, section 3.6.1); so are those in which a sign-up was refused.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import NamedTuple

from chatlab.room.addresses import Address
from chatlab.room.errors import GaveUp, OutboxFull
from chatlab.room.events import Refused
from chatlab.udp.delivery import Delivery, to_one
from chatlab.udp.limits import Reason
from chatlab.udp.reliable.frames import build_reset
from chatlab.udp.reliable.session import Session
from chatlab.udp.reliable.stop_and_wait import Timing

# How long (s), and how many, ended sessions are remembered.
REMEMBERED = 60.0
MAX_REMEMBERED = 10_000
# Why a member is told nothing more: it knows, or there is nobody to tell.
UNTOLD = (Reason.SIGNED_OUT, Reason.UNREACHABLE, Reason.STARTED_AGAIN)


class Sent(NamedTuple):
    """What is to go out, and the members to whom nothing more can be sent."""

    deliveries: list[Delivery]
    lost: list[Address]


class SessionTable(dict[Address, Session]):
    """By the members' addresses. `outbox_bytes`: what may wait for each. `rng` is for the jitter of the time-outs."""

    def __init__(self, timing: Timing, rng: random.Random, outbox_bytes: int) -> None:
        super().__init__()
        self._timing = timing
        self._rng = rng
        self._outbox_bytes = outbox_bytes
        self._ended: dict[tuple[Address, str], float] = {}  # when to forget it; the oldest first
        self._refused: dict[tuple[Address, str], float] = {}

    def open(self, address: Address, name: str) -> Session:
        self[address] = session = Session(name, self._timing, self._rng, self._outbox_bytes)
        return session

    def end(self, address: Address, reason: Reason, now: float) -> list[Delivery]:
        """End the session of `address`, if there is one, and remember it. Whoever does not know is told by a reset."""
        session = self.pop(address, None)
        if session is None:
            return []
        _remember(self._ended, address, session.name, now)
        return [] if reason in UNTOLD else to_one(address, build_reset(session.name, Refused(reason.value)))

    def send(self, announced: Iterable[Delivery], now: float) -> Sent:
        """Make messages of plain datagrams. `lost`: whose outbox is full."""
        sent = Sent([], [])
        for datagram, recipients in announced:
            for address in recipients:
                if session := self.get(address):
                    try:
                        sent.deliveries.extend(to_one(address, *session.send(datagram, now)))
                    except OutboxFull:
                        sent.lost.append(address)
        return sent

    def tick(self, now: float) -> Sent:
        """Send again what is due. `lost`: who has acknowledged nothing, for all tries."""
        sent = Sent([], [])
        for address, session in self.items():
            try:
                sent.deliveries.extend(to_one(address, *session.tick(now)))
            except GaveUp:
                sent.lost.append(address)
        return sent

    def refuse(self, address: Address, name: str, now: float) -> None:
        """Remember that a sign-up of `address` in that session was refused."""
        _remember(self._refused, address, name, now)

    def was_refused(self, address: Address, name: str, now: float) -> bool:
        return self._refused.get((address, name), now) > now

    def has_ended(self, address: Address, name: str, now: float) -> bool:
        """Whether `address` had a session of this name not long ago."""
        return self._ended.get((address, name), now) > now


def _remember(sessions: dict[tuple[Address, str], float], address: Address, name: str, now: float) -> None:
    sessions[address, name] = now + REMEMBERED
    if len(sessions) > MAX_REMEMBERED:
        del sessions[next(iter(sessions))]
