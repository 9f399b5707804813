"""An arrow of the message ladder: a datagram, a piece of a stream, a step of a connection, a segment. Pure data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from chatlab.room.addresses import Address


class Kind(Enum):
    DATAGRAM = auto()
    PIECE = auto()
    CONNECT = auto()
    END = auto()
    RESET = auto()
    SEGMENT = auto()  # of a capture: what TCP has made of all these


class Ending(Enum):
    ARRIVED = auto()
    LOST = auto()
    NOBODY_THERE = auto()  # nobody had the port open that it was sent to
    UNREAD = auto()  # it waits in the buffers: nobody has read it


@dataclass(frozen=True, slots=True)
class Arrow:
    """From `source`, at the time `left`, to `destination`, at the time `arrived`, both in seconds.

    Where its arrival was not seen, `arrived` is `left`. `delay`: what a relay added, in seconds; 0 if that is not
    known. `is_repeat`: another copy of the arrow before it. `is_overtaken`: a later datagram was seen to arrive before
    it. `read`: how many bytes of a datagram the receiver read. `is_mid_line`: the piece goes on with a line begun
    before. `header`: what the header of a segment says.
    """

    kind: Kind
    source: Address
    destination: Address
    left: float
    arrived: float
    data: bytes = b""
    ending: Ending = Ending.ARRIVED
    delay: float = 0.0
    is_repeat: bool = False
    is_overtaken: bool = False
    read: int | None = None
    is_mid_line: bool = False
    header: str = ""

    @property
    def is_lost(self) -> bool:
        """Whether nobody ever will read it."""
        return self.ending in (Ending.LOST, Ending.NOBODY_THERE)

    @property
    def is_late(self) -> bool:
        """Whether a relay held it back, or a later datagram overtook it.

        Any other takes no time in an order of events, which so does not depend on the speed of the machine.
        """
        return self.delay > 0 or self.is_overtaken

    @property
    def stands_at(self) -> float:
        """Its place in the order of all events."""
        return self.arrived if self.is_late or self.is_repeat else self.left

    @property
    def lines(self) -> list[bytes]:
        """A piece, cut after each newline: the lines that it holds, the first and the last perhaps in part."""
        *whole, rest = self.data.split(b"\n")
        return [line + b"\n" for line in whole] + ([rest] if rest else [])
