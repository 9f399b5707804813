"""One stay in a reliable room, at either end: a sender and a receiver, in datagrams. Pure: told the time."""

from __future__ import annotations

import random
from typing import NamedTuple

from chatlab.udp.reliable.frames import Acknowledgement, Numbered, build_frame
from chatlab.udp.reliable.stop_and_wait import OUTBOX_BYTES, Message, Receiver, Sender, Timing


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
