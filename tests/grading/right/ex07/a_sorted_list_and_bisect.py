"""A sorted list, in which bisect finds the place."""

import bisect
from enum import Enum


class Was(Enum):
    """What a number was that has just arrived. (Nothing to do here.)"""

    NEXT = "the one after the highest so far; or the very first to arrive"
    AFTER_A_GAP = "higher than that: those between have not arrived yet"
    LATE = "lower than the highest so far, and here for the first time: it was overtaken"
    REPEAT = "here before"


class Arrivals:
    def __init__(self) -> None:
        self.come: list[int] = []

    def arrived(self, number: int) -> Was:
        place = bisect.bisect_left(self.come, number)
        at_the_end = place == len(self.come)
        if not at_the_end and self.come[place] == number:
            return Was.REPEAT
        self.come.insert(place, number)
        if not at_the_end:
            return Was.LATE
        if len(self.come) == 1 or self.come[-2] + 1 == number:
            return Was.NEXT
        return Was.AFTER_A_GAP

    def missing(self) -> list[int]:
        found: list[int] = []
        for low, high in zip(self.come, self.come[1:]):
            found.extend(range(low + 1, high))
        return found
