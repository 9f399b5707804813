from itertools import count, islice
from queue import Empty, SimpleQueue
from typing import NamedTuple


class Message(NamedTuple):
    number: int
    payload: bytes


class Reaction(NamedTuple):
    hand_on: bytes | None
    acknowledge: int | None


class Sender:
    def __init__(self, timeout, tries):
        self.timeout, self.tries = timeout, tries
        self.inbox = SimpleQueue()
        self.numbers = count()
        self.flight = None

    def send(self, payload, now):
        self.inbox.put(payload)
        return self.flight is None and self._next(now) or None

    def _next(self, now):
        try:
            payload = self.inbox.get_nowait()
        except Empty:
            self.flight = None
            return None
        message = Message(next(self.numbers), payload)
        delays = islice((self.timeout * 2**n for n in count()), self.tries)
        self.flight = [message, delays, now + next(delays)]
        return message

    def acknowledge(self, number, now):
        if self.flight and self.flight[0].number == number:
            return self._next(now)
        return None

    def tick(self, now):
        if not self.flight:
            return None
        message, delays, due = self.flight
        if now < due:
            return None
        for delay in delays:
            self.flight[2] = now + delay
            return message
        raise ConnectionError(f"{message.number} was lost {self.tries} times")


class Receiver:
    def __init__(self):
        self.done = set()

    def receive(self, message):
        if message.number in self.done:
            return Reaction(None, message.number)
        if message.number and message.number - 1 not in self.done:
            return Reaction(None, None)
        self.done.add(message.number)
        return Reaction(message.payload, message.number)
