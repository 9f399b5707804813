# expects: was not here before: it was overtaken
from enum import Enum


class Was(Enum):

    NEXT = "the one after the highest so far; or the very first to arrive"
    AFTER_A_GAP = "higher than that: those between have not arrived yet"
    LATE = "lower than the highest so far, and here for the first time: it was overtaken"
    REPEAT = "here before"


class Arrivals:

    def __init__(self) -> None:
        self._highest: int | None = None
        self._missing: list[int] = []

    def arrived(self, number: int) -> Was:
        if self._highest is None or number == self._highest + 1:
            self._highest = number
            return Was.NEXT
        if number > self._highest:
            self._missing += range(self._highest + 1, number)
            self._highest = number
            return Was.AFTER_A_GAP
        return Was.REPEAT

    def missing(self) -> list[int]:
        return list(self._missing)
