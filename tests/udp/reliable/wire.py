"""A sender and a receiver with a network between them, in simulated time."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Sequence
from itertools import count

from chatlab.udp.reliable.stop_and_wait import Message, Receiver, Sender, Timing

# For each copy of a datagram that arrives, how long it is under way, in seconds.
Delays = Sequence[float]


class Wire:
    """Carries messages there and acknowledgements back. `meet` says what happens to the next datagram, either way."""

    def __init__(self, meet: Callable[[], Delays], timing: Timing, receiver: Receiver | None = None) -> None:
        self.now = 0.0
        self.delivered: list[bytes] = []
        self.sent = 0  # datagrams with a message, repeats included
        self.sender = Sender(timing, random.Random(0))
        self._receiver = receiver or Receiver()
        self._meet = meet
        self._under_way: list[tuple[float, int, Message | int]] = []
        self._order = count()

    def run(self, messages: Sequence[bytes]) -> None:
        """Send all of them at once, and let time pass until nothing happens any more. Raises GaveUp."""
        for payload in messages:
            self._send(self.sender.send(payload, self.now))
        while self._under_way or self.sender.unacknowledged:
            arrival = self._under_way[0][0] if self._under_way else float("inf")
            self.now = min(arrival, self.sender.due_at)
            if arrival <= self.now:
                self._arrive(heapq.heappop(self._under_way)[2])
            else:
                self._send(self.sender.tick(self.now))
            assert self.delivered == list(messages[: len(self.delivered)]), "doubled or swapped"

    def _arrive(self, datagram: Message | int) -> None:
        if isinstance(datagram, int):
            self._send(self.sender.acknowledge(datagram, self.now))
            return
        receipt = self._receiver.receive(datagram.number)
        if receipt.is_new:
            self.delivered.append(datagram.payload)
        if receipt.acknowledge:
            self._carry(datagram.number)

    def _send(self, message: Message | None) -> None:
        if message:
            self.sent += 1
            self._carry(message)

    def _carry(self, datagram: Message | int) -> None:
        for delay in self._meet():
            heapq.heappush(self._under_way, (self.now + delay, next(self._order), datagram))
