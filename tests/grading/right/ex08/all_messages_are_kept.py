"""Nothing is thrown away: a list of all messages, and an index."""

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
        self.messages: list[Message] = []
        self.index = 0  # of the one that is under way
        self.sent_at: list[float] = []  # the times at which it was sent

    @property
    def is_idle(self) -> bool:
        return self.index == len(self.messages)

    def _send(self, now: float) -> Message | None:
        if self.is_idle:
            return None
        self.sent_at.append(now)
        return self.messages[self.index]

    def send(self, payload: bytes, now: float) -> Message | None:
        was_idle = self.is_idle
        self.messages.append(Message(number=len(self.messages), payload=payload))
        return self._send(now) if was_idle else None

    def acknowledge(self, number: int, now: float) -> Message | None:
        if number != self.index or self.is_idle:
            return None
        self.index += 1
        self.sent_at = []
        return self._send(now)

    def tick(self, now: float) -> Message | None:
        if not self.sent_at:
            return None
        times = len(self.sent_at)
        if now - self.sent_at[-1] < self.timeout * 2 ** (times - 1):
            return None
        if times >= self.tries:
            raise ConnectionError("message %d was sent %d times, in vain" % (self.index, self.tries))
        return self._send(now)


class Receiver:
    def __init__(self) -> None:
        self.seen: list[bytes] = []

    def receive(self, message: Message) -> Reaction:
        expected = len(self.seen)
        if message.number > expected:
            return Reaction(hand_on=None, acknowledge=None)
        if message.number < expected:
            return Reaction(hand_on=None, acknowledge=message.number)
        self.seen.append(message.payload)
        return Reaction(hand_on=message.payload, acknowledge=message.number)
