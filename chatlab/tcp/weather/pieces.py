"""What a bad network does to a stream of bytes, decided from a seed. Pure: told the time.

    piece     the most bytes that arrive at once              bytes; 0: as they come
    gap       the time between a piece and the next           seconds
    delay     the time that each byte is under way            seconds
    trouble   what happens behind the byte number `after`     nothing, a stall, a cut or a reset

TCP loses, repeats and swaps no byte (RFC 9293, section 3.4). It promises nothing about pieces: what one `send` took may
come out of many calls of `recv`, and what many took out of one. Each network and each system cuts differently; here the
cuts follow from the seed.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

# The largest piece that can be asked for, in bytes.
MOST_PIECE = 65_536


class Trouble(Enum):
    """What can happen to a connection."""

    NONE = "none"
    STALL = "stall"  # nothing passes any more, and nobody is told: a pulled plug
    CUT = "cut"  # both sides are told that the other has ended (FIN)
    RESET = "reset"  # both sides are told that the connection is lost (RST)


@dataclass(frozen=True, slots=True)
class StreamWeather:
    """The network, the same both ways. Raises ValueError for what no network can be."""

    piece: int = 0
    gap: float = 0.005
    delay: float = 0.0
    trouble: Trouble = Trouble.NONE
    after: int = 1

    def __post_init__(self) -> None:
        for name in ("gap", "delay"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise ValueError(f"{name} is in seconds, 0 or more: {getattr(self, name)!r} is not")
        if not 0 <= self.piece <= MOST_PIECE:
            raise ValueError(f"piece is in bytes, from 0 (as they come) to {MOST_PIECE:,}: {self.piece!r} is not")
        if self.after < 1:
            raise ValueError(f"after is the number of a byte, 1 or more: {self.after!r} is not")


FAIR = StreamWeather()


class Piece(NamedTuple):
    """Bytes that arrive together at the time `arrives_at`; behind them comes `trouble`."""

    data: bytes
    arrives_at: float
    trouble: Trouble = Trouble.NONE


class Stream:
    """One direction of one connection.

    Where it is cut follows from the seed, the connection's number, the direction and the conditions alone.
    """

    def __init__(self, seed: int, connection: int, direction: str) -> None:
        self._random = random.Random(f"{seed} {connection} {direction}")
        self._passed = 0  # bytes so far
        self._clear_at = 0.0  # when the next piece may arrive at the earliest

    def cut(self, data: bytes, weather: StreamWeather, now: float) -> list[Piece]:
        """The pieces in which `data`, which comes in at `now`, arrives; none behind a cut or a reset."""
        pieces = []
        while data:
            size = self._random.randint(1, weather.piece) if weather.piece else len(data)
            trouble = Trouble.NONE
            until_trouble = weather.after - self._passed
            if weather.trouble is not Trouble.NONE and 0 < until_trouble <= min(size, len(data)):
                size, trouble = until_trouble, weather.trouble
            arrives_at = max(now + weather.delay, self._clear_at)
            if weather.piece:
                self._clear_at = arrives_at + weather.gap
            pieces.append(Piece(data[:size], arrives_at, trouble))
            if trouble in (Trouble.CUT, Trouble.RESET):
                break
            data = data[size:]
            self._passed += len(pieces[-1].data)
        return pieces
