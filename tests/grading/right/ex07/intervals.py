"""Runs of numbers without a gap, as pairs; those that touch become one."""

from dataclasses import dataclass, field
from enum import Enum


class Was(Enum):
    """What a number was that has just arrived. (Nothing to do here.)"""

    NEXT = "the one after the highest so far; or the very first to arrive"
    AFTER_A_GAP = "higher than that: those between have not arrived yet"
    LATE = "lower than the highest so far, and here for the first time: it was overtaken"
    REPEAT = "here before"


@dataclass
class Run:
    first: int
    last: int

    def has(self, number: int) -> bool:
        return self.first <= number <= self.last


@dataclass
class Arrivals:
    runs: list[Run] = field(default_factory=list)

    def arrived(self, number: int) -> Was:
        if any(run.has(number) for run in self.runs):
            return Was.REPEAT
        highest = self.runs[-1].last if self.runs else number - 1
        self._add(number)
        if number < highest:
            return Was.LATE
        if number == highest + 1:
            return Was.NEXT
        return Was.AFTER_A_GAP

    def _add(self, number: int) -> None:
        pairs = sorted([(run.first, run.last) for run in self.runs] + [(number, number)])
        self.runs = []
        for first, last in pairs:
            if self.runs and self.runs[-1].last + 1 == first:
                self.runs[-1].last = last
            else:
                self.runs.append(Run(first, last))

    def missing(self) -> list[int]:
        between = zip(self.runs[:-1], self.runs[1:], strict=True)
        return [number for one, other in between for number in range(one.last + 1, other.first)]
