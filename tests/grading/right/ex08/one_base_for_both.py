"""A base class counts; payloads are linked, one after the other. A long one."""

from typing import NamedTuple


class Message(NamedTuple):
    number: int  # 0, 1, 2, …
    payload: bytes


class Reaction(NamedTuple):
    """Of a receiver to a message: the payload to hand on, and the number to acknowledge; or None."""

    hand_on: bytes | None
    acknowledge: int | None


class Node:
    def __init__(self, payload: bytes) -> None:
        self.payload = payload
        self.next: "Node | None" = None


class Waiting:
    """A chain of payloads: taken at the head, added at the tail."""

    def __init__(self) -> None:
        self.head: Node | None = None
        self.tail: Node | None = None

    def add(self, payload: bytes) -> None:
        node = Node(payload)
        if self.tail is None:
            self.head = node
        else:
            self.tail.next = node
        self.tail = node

    def take(self) -> Node | None:
        node = self.head
        if node is not None:
            self.head = node.next
            if self.head is None:
                self.tail = None
        return node


class Side:
    """What both sides have: a number that is the current one."""

    def __init__(self) -> None:
        self.number = 0

    def advance(self) -> None:
        self.number += 1


class Sender(Side):
    def __init__(self, timeout: float, tries: int) -> None:
        Side.__init__(self)
        self.timeout = timeout
        self.tries = tries
        self.waiting = Waiting()
        self.current: Node | None = None
        self.try_number = 0
        self.last_sent_at = 0.0

    def send(self, payload: bytes, now: float) -> Message | None:
        self.waiting.add(payload)
        if self.current is None:
            self.current = self.waiting.take()
            return self.transmit(now)
        return None

    def acknowledge(self, number: int, now: float) -> Message | None:
        if self.current is None:
            return None
        if number != self.number:
            return None
        self.advance()
        self.try_number = 0
        self.current = self.waiting.take()
        if self.current is None:
            return None
        return self.transmit(now)

    def transmit(self, now: float) -> Message:
        assert self.current is not None
        self.try_number += 1
        self.last_sent_at = now
        return Message(self.number, self.current.payload)

    def has_timed_out(self, now: float) -> bool:
        return now >= self.last_sent_at + self.timeout * pow(2, self.try_number - 1)

    def tick(self, now: float) -> Message | None:
        if self.current is None or not self.has_timed_out(now):
            return None
        if self.try_number == self.tries:
            reason = "message " + str(self.number) + " was not acknowledged in " + str(self.tries) + " tries"
            raise ConnectionError(reason)
        return self.transmit(now)


class Receiver(Side):
    def receive(self, message: Message) -> Reaction:
        hand_on, acknowledge = None, None
        if message.number <= self.number:
            acknowledge = message.number
        if message.number == self.number:
            hand_on = message.payload
            self.advance()
        return Reaction(hand_on, acknowledge)
