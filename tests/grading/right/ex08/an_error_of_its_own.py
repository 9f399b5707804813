"""It raises a kind of ConnectionError, and has a heap of what is due."""

import heapq
from typing import NamedTuple


class Message(NamedTuple):
    number: int  # 0, 1, 2, …
    payload: bytes


class Reaction(NamedTuple):
    """Of a receiver to a message: the payload to hand on, and the number to acknowledge; or None."""

    hand_on: bytes | None
    acknowledge: int | None


class GaveUp(ConnectionError):
    def __init__(self, number: int, tries: int) -> None:
        super().__init__(f"message {number} was lost {tries} times")


class Sender:
    def __init__(self, timeout: float, tries: int) -> None:
        self._limits = (timeout, tries)
        self._waiting: list[Message] = []
        self._due: list[tuple[float, int, float]] = []  # when, which, and how long that time-out was
        self._count = 0
        self._times = 0

    def send(self, payload: bytes, now: float) -> Message | None:
        self._waiting.append(Message(self._count, payload))
        self._count += 1
        if len(self._waiting) != 1:
            return None
        return self._go(now, self._limits[0])

    def _go(self, now: float, wait: float) -> Message:
        heapq.heappush(self._due, (now + wait, self._waiting[0].number, wait))
        self._times += 1
        return self._waiting[0]

    def acknowledge(self, number: int, now: float) -> Message | None:
        if [message.number for message in self._waiting[:1]] != [number]:
            return None
        self._waiting = self._waiting[1:]
        self._due.clear()
        self._times = 0
        return self._go(now, self._limits[0]) if self._waiting else None

    def tick(self, now: float) -> Message | None:
        if self._due and self._due[0][0] <= now:
            if self._times >= self._limits[1]:
                raise GaveUp(self._waiting[0].number, self._limits[1])
            _, _, wait = heapq.heappop(self._due)
            return self._go(now, 2 * wait)
        return None


class Receiver:
    expected = 0  # an int can't be changed in place: each object gets its own with the first +=

    def receive(self, message: Message) -> Reaction:
        if message.number == self.expected:
            self.expected += 1
            return Reaction(message.payload, message.number)
        if message.number < self.expected:
            return Reaction(hand_on=None, acknowledge=message.number)
        return Reaction(hand_on=None, acknowledge=None)
