"""A list of what waits, the one under way apart, and None for nothing."""

from typing import NamedTuple


class Message(NamedTuple):
    number: int  # 0, 1, 2, …
    payload: bytes


class Reaction(NamedTuple):
    """Of a receiver to a message: the payload to hand on, and the number to acknowledge; or None."""

    hand_on: bytes | None
    acknowledge: int | None


class Sender:
    def __init__(self, timeout, tries):
        self.timeout, self.tries = timeout, tries
        self.waiting = []
        self.current = None
        self.next_number = 0

    def _begin(self, now):
        if not self.waiting:
            self.current = None
            return None
        self.current = Message(self.next_number, self.waiting.pop(0))
        self.next_number += 1
        self.left = self.tries - 1
        self.wait = self.timeout
        self.due = now + self.wait
        return self.current

    def send(self, payload, now):
        self.waiting.append(payload)
        if self.current is None:
            return self._begin(now)

    def acknowledge(self, number, now):
        if self.current is not None and self.current.number == number:
            return self._begin(now)
        return None

    def tick(self, now):
        if self.current is None or now < self.due:
            return None
        if self.left == 0:
            raise ConnectionError(f"no answer to message {self.current.number} after {self.tries} tries")
        self.left -= 1
        self.wait *= 2
        self.due = now + self.wait
        return self.current


class Receiver:
    def __init__(self):
        self.handed_on = 0

    def receive(self, message):
        number, payload = message
        if number == self.handed_on:
            self.handed_on += 1
            return Reaction(payload, number)
        return Reaction(None, number if number < self.handed_on else None)
