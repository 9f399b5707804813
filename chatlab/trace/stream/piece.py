"""A run of bytes in a stream: what one call took or gave, or one message. Pure data."""

from __future__ import annotations

from typing import NamedTuple


class Piece(NamedTuple):
    """From byte number `start` up to `stop`, which is the next one's. The first byte of a stream is number 0."""

    start: int
    stop: int

    def within(self, start: int, stop: int) -> Piece:
        """The part of it that lies there; empty if none does."""
        begin = min(max(self.start, start), stop)
        return Piece(begin, max(begin, min(self.stop, stop)))

    def touches(self, start: int, stop: int) -> bool:
        return self.start < stop and start < self.stop
