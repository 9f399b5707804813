"""ex07 Gaps, repeats, swaps: a model answer."""

from enum import Enum


class Was(Enum):
    """What a number was that has just arrived."""

    NEXT = "the one after the highest so far; or the very first to arrive"
    AFTER_A_GAP = "higher than that: those between have not arrived yet"
    LATE = "lower than the highest so far, and here for the first time: it was overtaken"
    REPEAT = "here before"


class Arrivals:
    """One sender's numbers, as they arrive."""

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._highest = -1

    def arrived(self, number: int) -> Was:
        """Message `number` has arrived: answer what it was."""
        if number in self._seen:
            return Was.REPEAT
        if number < self._highest:
            was = Was.LATE
        elif number == self._highest + 1 or not self._seen:
            was = Was.NEXT
        else:
            was = Was.AFTER_A_GAP
        self._seen.add(number)
        self._highest = max(number, self._highest)
        return was

    def missing(self) -> list[int]:
        """The numbers between the lowest and the highest that have arrived which have not, lowest first."""
        lowest = min(self._seen, default=0)
        return [number for number in range(lowest, self._highest) if number not in self._seen]
