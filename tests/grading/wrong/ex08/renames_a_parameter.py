# expects: keep its name and its parameters
"""ex08 Stop-and-wait: a model answer."""

from collections import deque
from typing import NamedTuple


class Message(NamedTuple):
    number: int
    payload: bytes


class Reaction(NamedTuple):
    """Of a receiver to a message: the payload to hand on, and the number to acknowledge; or None."""

    hand_on: bytes | None
    acknowledge: int | None


class Sender:
    """Each method answers with the message that is to be sent now, or None. One is under way at a time."""

    def __init__(self, timeout: float, attempts: int) -> None:
        self._timeout = timeout
        self._tries = attempts
        self._waiting: deque[bytes] = deque()  # the first of them is under way
        self._number = 0  # of that one
        self._sent = 0  # times
        self._due_at = float("inf")

    def send(self, payload: bytes, now: float) -> Message | None:
        """Take a payload, any bytes. While another is under way, it waits for its turn."""
        self._waiting.append(payload)
        return self._transmit(now) if len(self._waiting) == 1 else None

    def acknowledge(self, number: int, now: float) -> Message | None:
        """An acknowledgement of message `number` has arrived. It may be an old one."""
        if not self._waiting or number != self._number:
            return None
        self._waiting.popleft()
        self._number += 1
        self._sent = 0
        self._due_at = float("inf")
        return self._transmit(now) if self._waiting else None

    def tick(self, now: float) -> Message | None:
        """Called often. Raises ConnectionError once the last try has timed out."""
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
        """Hand on each payload once, in order. Acknowledge what was handed on, each time that it comes."""
        if message.number > self._expected:
            return Reaction(None, None)
        if message.number < self._expected:
            return Reaction(None, message.number)
        self._expected += 1
        return Reaction(message.payload, message.number)
