# expects: Both have the same `_waiting`
from collections import deque
from typing import NamedTuple


class Message(NamedTuple):
    number: int
    payload: bytes


class Reaction(NamedTuple):
    hand_on: bytes | None
    acknowledge: int | None


WAITING: deque[bytes] = deque()


class Sender:
    def __init__(self, timeout: float, tries: int) -> None:
        self._timeout = timeout
        self._tries = tries
        self._waiting = WAITING
        self._number = 0
        self._sent = 0
        self._due_at = float("inf")

    def send(self, payload: bytes, now: float) -> Message | None:
        self._waiting.append(payload)
        return self._transmit(now) if len(self._waiting) == 1 else None

    def acknowledge(self, number: int, now: float) -> Message | None:
        if not self._waiting or number != self._number:
            return None
        self._waiting.popleft()
        self._number += 1
        self._sent = 0
        self._due_at = float("inf")
        return self._transmit(now) if self._waiting else None

    def tick(self, now: float) -> Message | None:
        if now < self._due_at:
            return None
        if self._sent == self._tries:
            raise ConnectionError(f"message {self._number} was sent {self._tries} times and never acknowledged")
        return self._transmit(now)

    def _transmit(self, now: float) -> Message:
        self._due_at = now + self._timeout * 2**self._sent
        self._sent += 1
        return Message(self._number, self._waiting[0])


class Receiver:
    def __init__(self) -> None:
        self._expected = 0

    def receive(self, message: Message) -> Reaction:
        if message.number > self._expected:
            return Reaction(None, None)
        if message.number < self._expected:
            return Reaction(None, message.number)
        self._expected += 1
        return Reaction(message.payload, message.number)
