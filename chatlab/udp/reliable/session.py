"""One stay in a reliable room, at either end: a sender and a receiver, in datagrams. Pure: told the time.

The room keeps a table of them. It remembers those that have ended for a while, so that a late repeat of a sign-up opens
none of them again (TCP's TIME-WAIT has the same purpose: RFC 9293, section 3.6.1).
"""

from __future__ import annotations

import random
from typing import NamedTuple

from chatlab.room.addresses import Address
from chatlab.udp.reliable.frames import Acknowledgement, Numbered, build_frame
from chatlab.udp.reliable.stop_and_wait import OUTBOX_BYTES, Message, Receiver, Sender, Timing

# How long (s), and how many, ended sessions are remembered.
REMEMBERED = 60.0
MAX_REMEMBERED = 10_000


class Arrived(NamedTuple):
    """What a frame brought: the message to hand on, if it is a new one, and the datagrams to send."""

    payload: bytes | None
    datagrams: list[bytes]


class Session:
    """Both directions of the session called `name`. Each method answers with datagrams to send."""

    def __init__(self, name: str, timing: Timing, rng: random.Random, outbox_bytes: int = OUTBOX_BYTES) -> None:
        self.name = name
        self._sender = Sender(timing, rng, outbox_bytes)
        self._receiver = Receiver()

    @property
    def unacknowledged(self) -> tuple[bytes, ...]:
        """The messages of this end that may not have arrived."""
        return self._sender.unacknowledged

    def send(self, payload: bytes, now: float) -> list[bytes]:
        """Send a message, in its turn. Raises OutboxFull."""
        return self._numbered(self._sender.send(payload, now))

    def receive(self, frame: Numbered | Acknowledgement, now: float) -> Arrived:
        """What follows from a frame of this session."""
        if isinstance(frame, Acknowledgement):
            return Arrived(None, self._numbered(self._sender.acknowledge(frame.number, now)))
        receipt = self._receiver.receive(frame.number)
        acknowledgement = [build_frame(Acknowledgement(self.name, frame.number))] if receipt.acknowledge else []
        return Arrived(frame.payload if receipt.is_new else None, acknowledgement)

    def tick(self, now: float) -> list[bytes]:
        """What is due by now. Raises GaveUp."""
        return self._numbered(self._sender.tick(now))

    def _numbered(self, message: Message | None) -> list[bytes]:
        return [build_frame(Numbered(self.name, *message))] if message else []


class SessionTable(dict[Address, Session]):
    """The sessions of a room's members, and a memory of those that have ended, and of those that were refused."""

    def __init__(self) -> None:
        super().__init__()
        self._ended: dict[tuple[Address, str], float] = {}  # when to forget it; the oldest first
        self._refused: dict[tuple[Address, str], float] = {}

    def end(self, address: Address, now: float) -> Session | None:
        """Take out the session of `address`, if there is one, and remember it."""
        session = self.pop(address, None)
        if session:
            _remember(self._ended, address, session.name, now)
        return session

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
