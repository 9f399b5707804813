"""The answers are plain tuples: a NamedTuple equals one."""

import queue
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
        self.t, self.n = timeout, tries
        self.q: queue.Queue[bytes] = queue.Queue()
        self.busy = False
        self.number = -1

    def send(self, payload: bytes, now: float):
        self.q.put(payload)
        if not self.busy:
            return self.pull(now)

    def pull(self, now: float):
        try:
            self.payload = self.q.get_nowait()
        except queue.Empty:
            self.busy = False
            return None
        self.number += 1
        self.busy = True
        self.k = 1
        self.alarm = now + self.t
        return (self.number, self.payload)

    def acknowledge(self, number: int, now: float):
        if self.busy and number == self.number:
            return self.pull(now)

    def tick(self, now: float):
        if self.busy and now >= self.alarm:
            if self.k == self.n:
                raise ConnectionAbortedError(f"message {self.number}, try {self.k} of {self.n}: given up")
            self.alarm = now + self.t * (2**self.k)
            self.k += 1
            return (self.number, self.payload)


class Receiver:
    def __init__(self) -> None:
        self.n = 0

    def receive(self, message: Message):
        is_next, is_old = message.number == self.n, message.number < self.n
        self.n += is_next
        return (message.payload if is_next else None, message.number if is_next or is_old else None)
