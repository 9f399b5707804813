"""Arrivals is itself the set of what has come."""

from enum import Enum


class Was(Enum):
    """What a number was that has just arrived. (Nothing to do here.)"""

    NEXT = "the one after the highest so far; or the very first to arrive"
    AFTER_A_GAP = "higher than that: those between have not arrived yet"
    LATE = "lower than the highest so far, and here for the first time: it was overtaken"
    REPEAT = "here before"


class Arrivals(set):
    def __init__(self) -> None:
        super().__init__()

    @property
    def highest(self) -> int | None:
        return max(self) if self else None

    def arrived(self, number: int) -> Was:
        was = self._judge(number)
        self.add(number)
        return was

    def _judge(self, number: int) -> Was:
        if number in self:
            return Was.REPEAT
        if self.highest is None:
            return Was.NEXT
        for was, fits in (
            (Was.NEXT, number == self.highest + 1),
            (Was.AFTER_A_GAP, number > self.highest + 1),
            (Was.LATE, number < self.highest),
        ):
            if fits:
                return was
        raise AssertionError(number)

    def missing(self) -> list[int]:
        return [*sorted({*range(min(self, default=0), (self.highest or 0))} - self)]
