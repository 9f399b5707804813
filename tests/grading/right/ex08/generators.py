"""The sender's turn is a generator of time-outs; the receiver is one, too."""

from itertools import count
from typing import NamedTuple


class Message(NamedTuple):
    number: int  # 0, 1, 2, …
    payload: bytes


class Reaction(NamedTuple):
    """Of a receiver to a message: the payload to hand on, and the number to acknowledge; or None."""

    hand_on: bytes | None
    acknowledge: int | None


def timeouts(first, tries):
    for _ in range(tries):
        yield first
        first = first + first


class Sender:
    def __init__(self, timeout, tries):
        self.parameters = timeout, tries
        self.numbers = count()
        self.queue = []
        self.current = None
        self.due_at = None

    def send(self, payload, now):
        self.queue.insert(0, payload)
        return self._next(now) if self.current is None else None

    def acknowledge(self, number, now):
        if self.current is None or number != self.current.number:
            return None
        self.current = None
        return self._next(now)

    def tick(self, now):
        return self._transmit(now) if self.current is not None and now >= self.due_at else None

    def _next(self, now):
        if not self.queue:
            return None
        self.current = Message(next(self.numbers), self.queue.pop())
        self.timeouts = timeouts(*self.parameters)
        return self._transmit(now)

    def _transmit(self, now):
        try:
            self.due_at = now + next(self.timeouts)
        except StopIteration:
            raise ConnectionError(
                f"Gave up on message no. {self.current.number}: tried {self.parameters[1]} times."
            ) from None
        return self.current


def reactions():
    reaction = None
    for expected in count():
        message = yield reaction
        while message.number != expected:
            message = yield Reaction(None, message.number if message.number < expected else None)
        reaction = Reaction(message.payload, message.number)


class Receiver:
    def __init__(self):
        self.reactions = reactions()
        next(self.reactions)

    def receive(self, message):
        return self.reactions.send(message)
