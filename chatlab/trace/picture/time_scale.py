"""Time to heights, to scale: a second is everywhere equally high, and a pause that is cut out is marked. Pure.

A tick of the scale is 1, 2 or 5 times a power of ten seconds, so that two talks over the same network are drawn to the
same scale, and the longer one is the higher one. A pause in which nothing is under way is cut out only where the
picture would be too high for its messages.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count, pairwise
from statistics import median_low
from typing import NamedTuple

from chatlab.trace.picture.row import Row

TICK = 50.0  # pixels between two ticks
HIGHEST = 300.0  # what a picture may be high, and besides that for each message:
HIGHER = 40.0
COARSER = 2  # so many steps (of 1, 2, 5, 10 ...) the scale is made coarser, before pauses are cut out
LONG_PAUSE = 150.0  # pixels; only a longer one is cut out,
CUT = 36.0  # and this much of it remains


class Stretch(NamedTuple):
    """From `start` to `end`, in seconds since the talk began, without a cut; it begins at the height `top`."""

    start: float
    end: float
    top: float


@dataclass(frozen=True, slots=True)
class TimeScale:
    """`began`: when the talk did. `step`: seconds from tick to tick. `usual`: what a datagram takes, in seconds."""

    began: float
    step: float
    usual: float
    stretches: tuple[Stretch, ...]

    @property
    def unit(self) -> str:
        return "s" if self.step >= 1 else "ms"

    @property
    def height(self) -> float:
        return self._height(self.stretches[-1], self.stretches[-1].end)

    @property
    def cuts(self) -> list[tuple[float, str]]:
        """The middle of each, and how long the pause was."""
        return [(after.top - CUT / 2, _roughly(after.start - before.end)) for before, after in pairwise(self.stretches)]

    @property
    def ticks(self) -> Iterator[tuple[float, str]]:
        """Their heights and times."""
        for stretch in self.stretches:
            first, last = (math.ceil(stretch.start / self.step - 0.01), math.floor(stretch.end / self.step + 0.01))
            for number in range(first, last + 1):
                yield self._height(stretch, number * self.step), self._in_units(number * self.step, self.step)

    def y(self, time: float) -> float:
        """The height of `time`, by the rows' clock, below that of the first row."""
        since = time - self.began
        index = bisect_right(self.stretches, since + self.step / 1000, key=lambda stretch: stretch.start)
        return self._height(self.stretches[max(0, index - 1)], since)

    def shown(self, time: float) -> str:
        """`time` in units since the talk began, to a tenth of a tick."""
        return self._in_units(time - self.began, self.step / 10).removesuffix(f" {self.unit}")

    def landing(self, row: Row) -> float:
        """When it arrives, or would have, by the rows' clock."""
        return row.arrow.arrived if row.has_arrived else row.arrow.left + self.usual

    def _height(self, stretch: Stretch, since: float) -> float:
        return stretch.top + (min(since, stretch.end) - stretch.start) / self.step * TICK

    def _in_units(self, seconds: float, precision: float) -> str:
        factor = 1 if self.unit == "s" else 1000
        return f"{seconds * factor + 0.0:,.{max(0, -_power(precision * factor))}f} {self.unit}"


def _roughly(seconds: float) -> str:
    return f"{seconds:,.1f} s" if seconds >= 1 else f"{seconds * 1000:.3g} ms"


def scale_of(rows: Sequence[Row], began: float) -> TimeScale:
    """The scale for `rows`; there is at least one."""
    flights = [row.arrow.arrived - row.arrow.left for row in rows if row.arrow.arrived > row.arrow.left]
    usual = median_low(flights) if flights else 0.0
    busy = _busy(rows, began, usual)
    gaps = [later[0] - sooner[0] for sooner, later in pairwise(busy)]
    natural = _place(usual or (median_low(gaps) if gaps else 0.001))
    highest = HIGHEST + HIGHER * len(rows)
    whole = [(busy[0][0], busy[-1][1])]
    scales = chain(
        (_scale(whole, place, began, usual) for place in range(natural, natural + COARSER + 1)),
        (_scale(_without_pauses(busy, place), place, began, usual) for place in count(natural)),
    )
    return next(scale for scale in scales if scale.height <= highest)


def _busy(rows: Sequence[Row], began: float, usual: float) -> list[tuple[float, float]]:
    """The times in which something is under way, in their order, none of which touches another."""
    busy: list[tuple[float, float]] = []
    for row in sorted(rows, key=lambda row: row.arrow.left):
        start = row.arrow.left - began
        end = row.arrow.arrived - began if row.has_arrived else start + usual
        if busy and start <= busy[-1][1]:
            start, end = busy[-1][0], max(end, busy.pop()[1])
        busy.append((start, end))
    return busy


def _without_pauses(busy: Sequence[tuple[float, float]], place: int) -> list[tuple[float, float]]:
    kept = [busy[0]]
    for start, end in busy[1:]:
        if (start - kept[-1][1]) / _step(place) * TICK > LONG_PAUSE:
            kept.append((start, end))
        else:
            kept[-1] = (kept[-1][0], end)
    return kept


def _scale(times: Sequence[tuple[float, float]], place: int, began: float, usual: float) -> TimeScale:
    step, top, stretches = _step(place), 0.0, []
    for start, end in times:
        stretches.append(Stretch(start, end, top))
        top += (end - start) / step * TICK + CUT
    return TimeScale(began, step, usual, tuple(stretches))


def _place(seconds: float) -> int:
    """The place of the smallest step that is not below `seconds` in the row of all steps."""
    return next(place for place in count(3 * _power(seconds) - 1) if _step(place) >= seconds * 0.99)


def _step(place: int) -> float:
    """0.01, 0.02, 0.05, 0.1, ... seconds; place 0 is one second."""
    return float((1, 2, 5)[place % 3] * 10.0 ** (place // 3))


def _power(value: float) -> int:
    return math.floor(math.log10(max(value, 1e-9)) + 1e-9)
