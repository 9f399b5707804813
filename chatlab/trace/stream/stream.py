"""A stream, byte by byte: above it what each `send` took, below it what each `recv` gave. Pure.

TCP carries bytes. What arrives does not tell where a call of `send` or a message has ended (RFC 9293, section 3.1). So
the pieces that `recv` gives are others. `str` of a stream is its text twin:

    ada -> room: 18 bytes
    sent      [--------------][]
    bytes     hello everybody↵hi
    messages  [--------------][]
    received  |[-----][--------]
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from chatlab.trace.stream.piece import Piece
from chatlab.trace.stream.text_twin import write

_LINE = re.compile(rb"[^\n]*\n|[^\n]+")


@dataclass(frozen=True, slots=True)
class Stream:
    """One direction of one connection. `data`: its newest bytes, of which the first is number `first` (from 0).

    `sent`, `received`: the calls at either end that touch these bytes; None where nobody watches that end.
    `unread`: how many bytes have not been received yet; 0 if that is not known. `end`: how it has ended, "" if it has
    not.
    """

    source: str
    destination: str
    first: int
    data: bytes
    sent: tuple[Piece, ...] | None
    received: tuple[Piece, ...] | None
    unread: int
    end: str

    @property
    def messages(self) -> tuple[Piece, ...]:
        """The lines of `data`. The first may have begun before, and the last may go on."""
        return tuple(Piece(self.first + line.start(), self.first + line.end()) for line in _LINE.finditer(self.data))

    @property
    def title(self) -> str:
        """One line: whose stream it is, and how much of it has passed."""
        stop = self.first + len(self.data)
        parts = [f"{self.source} -> {self.destination}: {stop:,} byte{'s' * (stop != 1)}"]
        parts += [f"the newest {len(self.data):,} are shown"] * bool(self.first)
        parts += [f"{self.unread:,} not received yet"] * bool(self.unread)
        return ", ".join(parts + [self.end] * bool(self.end))

    def __str__(self) -> str:
        above = {"sent": self.sent} if self.sent is not None else {}
        below = {"messages": self.messages} | ({"received": self.received} if self.received is not None else {})
        return self.title + "\n" + write(self.first, self.data, above, below)
