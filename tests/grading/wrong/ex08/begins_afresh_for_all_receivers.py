# expects: Both use something that is there once
"""ex08"""

from collections import deque
from typing import NamedTuple


class Message(NamedTuple):
    number: int  # 0, 1, 2, …
    payload: bytes


class Reaction(NamedTuple):
    hand_on: bytes | None
    acknowledge: int | None


class Sender:
    def __init__(self, timeout: float, tries: int) -> None:
        self.timeout = timeout
        self.tries = tries
        self.waiting = deque()
        self.number = 0
        self.sent = 0
        self.due_at = None

    def send(self, payload: bytes, now: float) -> Message | None:
        self.waiting.append(payload)
        if len(self.waiting) == 1:
            return self.transmit(now)
        return None

    def acknowledge(self, number: int, now: float) -> Message | None:
        if not self.waiting or number != self.number:
            return None
        self.waiting.popleft()
        self.number += 1
        self.sent = 0
        self.due_at = None
        if self.waiting:
            return self.transmit(now)
        return None

    def tick(self, now: float) -> Message | None:
        if self.due_at is None or now < self.due_at:
            return None
        if self.sent == self.tries:
            raise ConnectionError(f"message {self.number} was sent {self.tries} times")
        return self.transmit(now)

    def transmit(self, now):
        self.due_at = now + self.timeout * 2**self.sent
        self.sent += 1
        return Message(self.number, self.waiting[0])


class Receiver:
    def __init__(self) -> None:
        Receiver.expected = 0

    def receive(self, message: Message) -> Reaction:
        if message.number > self.expected:
            return Reaction(None, None)
        if message.number < self.expected:
            return Reaction(None, message.number)
        Receiver.expected += 1
        return Reaction(message.payload, message.number)
