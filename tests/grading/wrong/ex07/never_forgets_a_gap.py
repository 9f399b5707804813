# expects: it is not missing any more
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
        self._missing: list[int] = []

    def arrived(self, number: int) -> Was:
        if number in self._seen:
            return Was.REPEAT
        if number < self._highest:
            was = Was.LATE
        elif number == self._highest + 1 or not self._seen:
            was = Was.NEXT
        else:
            was = Was.AFTER_A_GAP
            self._missing += range(self._highest + 1, number)
        self._seen.add(number)
        self._highest = max(number, self._highest)
        return was

    def missing(self) -> list[int]:
        return list(self._missing)
