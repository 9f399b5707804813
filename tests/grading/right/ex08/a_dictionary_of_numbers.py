"""Numbers are given at once, to what waits too; a dictionary has what is not acknowledged."""

from typing import NamedTuple


class Message(NamedTuple):
    number: int  # 0, 1, 2, …
    payload: bytes


class Reaction(NamedTuple):
    """Of a receiver to a message: the payload to hand on, and the number to acknowledge; or None."""

    hand_on: bytes | None
    acknowledge: int | None


class Sender:
    def __init__(self, timeout: float, tries: int) -> None:
        self.timeout = timeout
        self.tries = tries
        self.open: dict[int, bytes] = {}
        self.given = 0
        self.sent = {}  # number: how often
        self.due: float | None = None

    def first(self) -> int | None:
        return min(self.open, default=None)

    def send(self, payload: bytes, now: float) -> Message | None:
        self.open[self.given] = payload
        self.given = self.given + 1
        if len(self.open) > 1:
            return None
        return self.transmit(now)

    def acknowledge(self, number: int, now: float) -> Message | None:
        if number not in self.open or number != self.first():
            return None
        del self.open[number]
        if not self.open:
            self.due = None
            return None
        return self.transmit(now)

    def transmit(self, now: float) -> Message:
        number = self.first()
        assert number is not None
        times = self.sent.get(number, 0)
        self.sent[number] = times + 1
        factor = 1
        for _ in range(times):
            factor *= 2
        self.due = now + factor * self.timeout
        return Message(number, self.open[number])

    def tick(self, now: float) -> Message | None:
        if self.due is None:
            return None
        if now >= self.due:
            number = self.first()
            if self.sent[number] == self.tries:
                raise ConnectionError(f"after {self.tries} tries there is no acknowledgement of message {number}")
            return self.transmit(now)
        return None


class Receiver:
    def __init__(self) -> None:
        self.done = set()

    def receive(self, message: Message) -> Reaction:
        if message.number in self.done:
            return Reaction(None, message.number)
        if message.number and message.number - 1 not in self.done:
            return Reaction(None, None)
        self.done.add(message.number)
        return Reaction(message.payload, message.number)
