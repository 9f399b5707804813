# expects: No message is under way, so nothing is due
from typing import NamedTuple


class Message(NamedTuple):
    number: int
    payload: bytes


class Reaction(NamedTuple):
    hand_on: bytes | None
    acknowledge: int | None


class Sender:
    def __init__(self, timeout: float, tries: int) -> None:
        self.timeout = timeout
        self.tries = tries
        self.queue = []
        self.current = None
        self.number = 0
        self.sent = 0
        self.wait = timeout
        self.due = 0

    def begin(self, now):
        self.current = Message(self.number, self.queue.pop(0))
        self.sent = 1
        self.wait = self.timeout
        self.due = now + self.wait
        return self.current

    def send(self, payload: bytes, now: float) -> Message | None:
        self.queue.append(payload)
        if self.current is None:
            return self.begin(now)
        return None

    def acknowledge(self, number: int, now: float) -> Message | None:
        if self.current is None or number != self.number:
            return None
        self.current = None
        self.number += 1
        if self.queue:
            return self.begin(now)
        return None

    def tick(self, now: float) -> Message | None:
        if now < self.due:
            return None
        if self.sent >= self.tries:
            raise ConnectionError(f"message {self.number}: no answer after {self.tries} tries")
        self.sent += 1
        self.wait *= 2
        self.due = now + self.wait
        return self.current


class Receiver:
    def __init__(self) -> None:
        self.next = 0

    def receive(self, message: Message) -> Reaction:
        if message.number == self.next:
            self.next += 1
            return Reaction(message.payload, message.number)
        if message.number < self.next:
            return Reaction(None, message.number)
        return Reaction(None, None)
