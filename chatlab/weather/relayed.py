"""What the weather relay tells of the datagrams that cross it: each crossing, and the count of each kind. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from chatlab.room.addresses import Address
from chatlab.weather.fate import Direction, Fate


class Crossing(NamedTuple):
    """A datagram that came to the relay at `at` (time.monotonic(), seconds), and its fate.

    It is from or for the client at `client`, whom the server sees at `seen_at`.
    """

    direction: Direction
    client: Address
    seen_at: Address
    datagram: bytes
    at: float
    fate: Fate


@dataclass(slots=True)
class Counts:
    """Datagrams in one direction.

    Each was `passed`, `lost`, or `dropped` because too much was under way already. Of the passed ones some were
    `repeated`, `reordered` or `delayed`; one can be all three.
    """

    passed: int = 0
    lost: int = 0
    dropped: int = 0
    repeated: int = 0
    reordered: int = 0
    delayed: int = 0

    def add(self, fate: Fate) -> None:
        if fate.lost:
            self.lost += 1
            return
        self.passed += 1
        self.repeated += fate.repeated
        self.reordered += fate.reordered
        self.delayed += fate.delays[0] > 0

    def __str__(self) -> str:
        kinds = f"{self.repeated} of them repeated, {self.reordered} reordered, {self.delayed} delayed"
        return f"{self.passed} passed ({kinds}), {self.lost} lost, {self.dropped} dropped"
