"""The room's end of the link: when the bridge is to hear what. Pure.

    the bridge        a line is said                   then a command comes
    listens           it gets it, and has to do with   it gets it
    is at work        the line waits                   it gets what waits, and the command
    asks for more     what waits, if anything; if not, it listens

So a busy room has to wake it no more often than it asks, however many lines are said meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic

from chatlab.tcp.cluster.link import Command, LinkReader, build_command
from chatlab.tcp.delivery import Connection, Delivery


class LinkEnd(Generic[Connection]):
    """`bridge`: its connection; None: there is none, and what it is told is told to nobody.

    `listens`: whether it gets the next line at once, by `pass_on`; if not, that goes into `waiting`.
    """

    def __init__(self, bridge: Connection | None = None) -> None:
        self.bridge = bridge
        self.listens = True
        self.waiting: list[bytes] = []
        self._reader = LinkReader()

    def take(self, data: bytes) -> Iterator[bytes | Command]:
        """What it says by `data`."""
        return self._reader.take(data)

    def tell(self, word: str, *rest: str) -> list[Delivery[Connection]]:
        """A command."""
        return self._deliver(build_command(word, *rest))

    def pass_on(self, delivery: Delivery[Connection]) -> Delivery[Connection]:
        """What others are told is for the bridge too."""
        if self.bridge is None:
            return delivery
        self.listens = False
        return Delivery(delivery.lines, (*delivery.recipients, self.bridge))

    def go_on(self) -> list[Delivery[Connection]]:
        """It asks for more."""
        self.listens = not self.waiting
        return self.say_all()

    def say_all(self) -> list[Delivery[Connection]]:
        """What waits."""
        return self._deliver() if self.waiting else []

    def _deliver(self, command: bytes = b"") -> list[Delivery[Connection]]:
        lines = b"".join((*self.waiting, command))
        self.waiting.clear()
        return [] if self.bridge is None else [Delivery(lines, (self.bridge,))]
