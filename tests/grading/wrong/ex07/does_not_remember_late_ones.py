# expects: what was late is here from then on
from enum import Enum


class Was(Enum):

    NEXT = "the one after the highest so far; or the very first to arrive"
    AFTER_A_GAP = "higher than that: those between have not arrived yet"
    LATE = "lower than the highest so far, and here for the first time: it was overtaken"
    REPEAT = "here before"


class Arrivals:

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._highest = -1
        self._late: list[int] = []

    def arrived(self, number: int) -> Was:
        if number in self._seen:
            return Was.REPEAT
        if number < self._highest:
            self._late.append(number)
            return Was.LATE
        was = Was.NEXT if number == self._highest + 1 or not self._seen else Was.AFTER_A_GAP
        self._seen.add(number)
        self._highest = number
        return was

    def missing(self) -> list[int]:
        here = self._seen.union(self._late)
        return [number for number in range(min(here, default=0), self._highest) if number not in here]
