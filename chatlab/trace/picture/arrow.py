"""An arrow of the message ladder: one datagram, one piece of a stream, or a step of a connection. Pure data."""

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


class Ending(Enum):
    ARRIVED = auto()
    LOST = auto()
    UNREAD = auto()  # it waits in the buffers: nobody has read it


@dataclass(frozen=True, slots=True)
class Arrow:
    """From `source`, at the time `left`, to `destination`, at the time `arrived`.

    `delay`: what a relay added, in seconds; 0 if that is not known. `is_repeat`: another copy of the arrow before it.
    `read`: how many bytes of a datagram the receiver read. `is_mid_line`: the piece goes on with a line begun before.
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
    read: int | None = None
    is_mid_line: bool = False

    @property
    def is_late(self) -> bool:
        return self.arrived > self.left

    @property
    def lines(self) -> list[bytes]:
        """A piece, cut after each newline: the lines that it holds, the first and the last perhaps in part."""
        *whole, rest = self.data.split(b"\n")
        return [line + b"\n" for line in whole] + ([rest] if rest else [])
