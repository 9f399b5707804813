"""Stop-and-wait: messages that arrive once each and in order, over datagrams that may not. Pure: told the time.

    the sender                                   the receiver, who expects message n
    numbers its messages 0, 1, 2, ...            gets n: hands it on, acknowledges it, expects n + 1
    sends one, and waits for                     gets a lower one, which it has: acknowledges it again, for
      its acknowledgement: sends the next          the first acknowledgement may have been lost
      the time-out: sends it again               gets a higher one: ignores it, for one before it is missing
      the last time-out: gives up

Each time-out of a message is twice as long as the one before, up to a bound, and a little longer at random, so that
senders who failed together do not all try again together (RFC 6298, section 5; RFC 8961). A number is never used
twice: one bit would do (the alternating-bit protocol) only where nothing is ever overtaken, because a late repeat of
message 0 looks like message 2. Lesson 08 builds both sides.
"""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass
from typing import NamedTuple

from chatlab.room.errors import GaveUp, OutboxFull

JITTER = 0.25
# What may wait in a sender, in bytes, unless it is told otherwise.
OUTBOX_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Timing:
    """A sender waits `first` seconds, then twice as long each time, at most `longest`; it tries `tries` times.

    With 3 of 10 datagrams lost each way, a try fails about every second time; 30 do so once in 600 million messages.
    """

    first: float = 0.1
    longest: float = 0.5
    tries: int = 30


DEFAULT_TIMING = Timing()


class Message(NamedTuple):
    """A message of a sender, numbered."""

    number: int
    payload: bytes


class Sender:
    """The sending side. Each method answers with the message that is to be sent now, if any.

    `outbox_bytes`: what may wait. `due_at`: when `tick` has something to do, in seconds; infinity while nothing waits.
    """

    def __init__(self, timing: Timing, rng: random.Random, outbox_bytes: int = OUTBOX_BYTES) -> None:
        self.due_at = float("inf")
        self._most_bytes = outbox_bytes
        self._timing = timing
        self._rng = rng
        self._outbox: deque[bytes] = deque()
        self._outbox_bytes = 0
        self._number = 0  # of the first message in the outbox
        self._tries = 0

    @property
    def unacknowledged(self) -> tuple[bytes, ...]:
        """The messages that may not have arrived."""
        return tuple(self._outbox)

    def send(self, payload: bytes, now: float) -> Message | None:
        """Take a message. Raises OutboxFull, unless nothing waits."""
        if self._outbox and self._outbox_bytes + len(payload) > self._most_bytes:
            raise OutboxFull(f"the network is too slow: {self._most_bytes:,} bytes wait already; say it again later")
        self._outbox.append(payload)
        self._outbox_bytes += len(payload)
        return self._transmit(now) if len(self._outbox) == 1 else None

    def acknowledge(self, number: int, now: float) -> Message | None:
        """The receiver has message `number`. A late acknowledgement changes nothing."""
        if not self._outbox or number != self._number:
            return None
        self._outbox_bytes -= len(self._outbox.popleft())
        self._number += 1
        self._tries = 0
        self.due_at = float("inf")
        return self._transmit(now) if self._outbox else None

    def tick(self, now: float) -> Message | None:
        """What is due by now. Raises GaveUp after the last try."""
        if now < self.due_at:
            return None
        if self._tries >= self._timing.tries:
            raise GaveUp(f"gave up: message {self._number} was sent {self._tries} times and never acknowledged")
        return self._transmit(now)

    def _transmit(self, now: float) -> Message:
        # Not 2**tries of any size: with many tries it would be too large for a float.
        timeout = min(self._timing.first * 2 ** min(self._tries, 30), self._timing.longest)
        self.due_at = now + timeout * (1 + self._rng.random() * JITTER)
        self._tries += 1
        return Message(self._number, self._outbox[0])


class Receiver:
    """The receiving side."""

    def __init__(self) -> None:
        self._expected = 0

    def receive(self, number: int) -> Receipt:
        """What to do with message `number`, which has arrived."""
        if number == self._expected:
            self._expected += 1
            return Receipt(is_new=True, acknowledge=True)
        return Receipt(is_new=False, acknowledge=number < self._expected)


class Receipt(NamedTuple):
    """Whether a message is to be handed on, and whether to be acknowledged."""

    is_new: bool
    acknowledge: bool
