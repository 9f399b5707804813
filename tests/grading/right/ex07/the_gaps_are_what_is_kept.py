"""What is missing is kept, and not what has come."""

from enum import Enum


class Was(Enum):
    """What a number was that has just arrived. (Nothing to do here.)"""

    NEXT = "the one after the highest so far; or the very first to arrive"
    AFTER_A_GAP = "higher than that: those between have not arrived yet"
    LATE = "lower than the highest so far, and here for the first time: it was overtaken"
    REPEAT = "here before"


class Arrivals:
    def __init__(self) -> None:
        self._lowest = self._highest = None
        self._gaps: set[int] = set()

    def arrived(self, number: int) -> Was:
        if self._highest is None:
            self._lowest = self._highest = number
            return Was.NEXT
        if number > self._highest:
            self._gaps |= set(range(self._highest + 1, number))
            was = Was.NEXT if number - self._highest == 1 else Was.AFTER_A_GAP
            self._highest = number
            return was
        if number < self._lowest:
            self._gaps.update(range(number + 1, self._lowest))
            self._lowest = number
            return Was.LATE
        if number in self._gaps:
            self._gaps.discard(number)
            return Was.LATE
        return Was.REPEAT

    def missing(self) -> list[int]:
        return sorted(self._gaps)
