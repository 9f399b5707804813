"""What a bad network does to datagrams, decided from a seed. Pure: told the time.

    loss      it never arrives                              probability, 0 to 1
    repeat    it arrives twice, the second time later       probability, 0 to 1
    reorder   it is held back, so that later ones pass it   probability, 0 to 1
    delay     the time that it is under way                 seconds
    jitter    the most that it may take longer, at random   seconds

Each direction has its own five, and each datagram is decided anew. Delay and jitter keep the order, as the queue of a
router does; only `reorder` changes it. Linux's netem imitates a network by the same five (tc-netem(8)). Lesson 07 plays
with them.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, fields
from enum import Enum
from typing import NamedTuple

# A reordered or repeated datagram arrives later by its longest time under way, and by this many seconds at least.
HELD_BACK = 0.02


class Direction(Enum):
    """Which way a datagram goes."""

    TO_SERVER = "to the server"
    TO_CLIENT = "to the client"


@dataclass(frozen=True, slots=True)
class Conditions:
    """The network in one direction. Raises ValueError for what no network can be."""

    loss: float = 0.0
    repeat: float = 0.0
    reorder: float = 0.0
    delay: float = 0.0
    jitter: float = 0.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name in ("delay", "jitter"):
                if not 0 <= value < float("inf"):
                    raise ValueError(f"{field.name} is in seconds, 0 or more: {value!r} is not")
            elif not 0 <= value <= 1:
                raise ValueError(f"{field.name} is a probability, from 0 to 1: {value!r} is not")


@dataclass(frozen=True, slots=True)
class Weather:
    """The network in both directions."""

    to_server: Conditions = Conditions()
    to_client: Conditions = Conditions()

    @classmethod
    def both_ways(cls, conditions: Conditions) -> Weather:
        return cls(conditions, conditions)

    def conditions(self, direction: Direction) -> Conditions:
        return self.to_server if direction is Direction.TO_SERVER else self.to_client


FAIR = Weather()
BUSY_CAFE = Weather.both_ways(Conditions(loss=0.03, repeat=0.01, reorder=0.02, delay=0.01, jitter=0.05))
# A satellite 35,786 km up: there and down again takes light a quarter of a second.
SATELLITE = Weather.both_ways(Conditions(loss=0.01, delay=0.25, jitter=0.02))
STORM = Weather.both_ways(Conditions(loss=0.3, repeat=0.1, reorder=0.2, delay=0.05, jitter=0.1))
PRESETS = {"fair": FAIR, "busy-cafe": BUSY_CAFE, "satellite": SATELLITE, "storm": STORM}


class Fate(NamedTuple):
    """What becomes of one datagram.

    `delays`: one for each copy that arrives, in seconds from now; none if it is lost.
    """

    delays: tuple[float, ...]
    reordered: bool = False

    @property
    def lost(self) -> bool:
        return not self.delays

    @property
    def repeated(self) -> bool:
        return len(self.delays) > 1


LOST = Fate(())


class Link:
    """The way of one client's datagrams in one direction.

    The fate of its n-th datagram follows from the seed, the client's number and the conditions alone, whatever other
    links carry. One thing depends on time: behind a datagram that jitter holds up, the next one waits.
    """

    def __init__(self, seed: int, client: int, direction: Direction) -> None:
        self._random = random.Random(f"{seed} {client} {direction.name}").random
        self._clear_at = 0.0  # when the last one that keeps the order arrives

    def meet(self, conditions: Conditions, now: float) -> Fate:
        """The fate of the next datagram, which comes in at `now`."""
        draw = self._random
        # All are drawn every time, so that a change of one probability does not change what the
        # others decide.
        loss, repeat, reorder, jitter, again = draw(), draw(), draw(), draw(), draw()
        if loss < conditions.loss:
            return LOST
        longest = conditions.delay + conditions.jitter
        arrives_at = max(now + conditions.delay + jitter * conditions.jitter, self._clear_at)
        reordered = reorder < conditions.reorder
        if reordered:
            arrives_at += max(longest, HELD_BACK)
        else:
            self._clear_at = arrives_at
        first = arrives_at - now
        if repeat < conditions.repeat:
            return Fate((first, first + again * max(longest, HELD_BACK)), reordered)
        return Fate((first,), reordered)
