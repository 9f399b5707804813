"""Talks written by hand: records with given times, between parties of given names."""

from __future__ import annotations

import random

from chatlab.room.addresses import Address
from chatlab.trace import Trace
from chatlab.trace.picture.ladder import Ladder
from chatlab.trace.records import Record, Step, Transport

PARTIES: dict[str, Address] = {
    name: ("127.0.0.1", 9000 + number) for number, name in enumerate(["room", "ada", "bob", "carol", "dave", "eve"])
}
TEXTS = [
    "hi",
    "is anybody there?",
    "a text that is far too long to stand above any arrow, and goes on and on",
    "日本語",
    "",
]


class Script:
    """A trace, and the time in it. Each step takes a second."""

    def __init__(self, transport: Transport = Transport.UDP) -> None:
        self.trace = Trace()
        self.transport = transport
        self.time = 0.0
        for name, address in PARTIES.items():
            self.trace.name(address, name)

    def add(self, step: Step, source: str, destination: str, data: bytes = b"", *delays: float) -> Script:
        self.time += 1
        start, end = PARTIES[source], PARTIES[destination]
        self.trace.add(Record(self.time, step, self.transport, start, end, data, delays))
        return self

    def sent(self, source: str, destination: str, data: bytes) -> Script:
        self.trace.attend(PARTIES[source], source)
        return self.add(Step.SENT, source, destination, data)

    def received(self, source: str, destination: str, data: bytes) -> Script:
        self.trace.attend(PARTIES[destination], destination)
        return self.add(Step.RECEIVED, source, destination, data)

    def carried(self, source: str, destination: str, data: bytes, *delays: float) -> Script:
        """`delays`: of each copy, in seconds."""
        return self.add(Step.CARRIED, source, destination, data, *delays)

    @property
    def ladder(self) -> Ladder:
        return self.trace.ladder

    @property
    def rows(self) -> list[str]:
        """The text twin without its title, one space between columns."""
        return [" ".join(row.split()) for row in str(self.trace).splitlines()[1:]]


def storm(parties: int, messages: int, seed: int) -> Script:
    """A relayed talk in which much is lost, late and repeated."""
    draw = random.Random(seed)
    script = Script()
    for _ in range(messages):
        member = draw.choice(list(PARTIES)[1:parties])
        source, destination = draw.choice([("room", member), (member, "room")])
        delay = draw.choice([0, 0, 0, 0.5, 2.5, 5.5])
        delays = draw.choice([(), (delay,), (delay,), (delay, delay + draw.choice([0, 1.5]))])
        script.carried(source, destination, draw.choice(TEXTS).encode(), *delays)
    return script
