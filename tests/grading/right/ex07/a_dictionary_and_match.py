"""A dictionary counts how often each has come; a match decides."""

from collections import Counter
from enum import Enum


class Was(Enum):
    """What a number was that has just arrived. (Nothing to do here.)"""

    NEXT = "the one after the highest so far; or the very first to arrive"
    AFTER_A_GAP = "higher than that: those between have not arrived yet"
    LATE = "lower than the highest so far, and here for the first time: it was overtaken"
    REPEAT = "here before"


class Arrivals:
    def __init__(self) -> None:
        self.times: Counter[int] = Counter()

    def arrived(self, number: int) -> Was:
        highest = max(self.times, default=number - 1)
        step = number - highest
        self.times[number] += 1
        match self.times[number], step:
            case count, _ if count > 1:
                return Was["REPEAT"]
            case _, 1:
                return Was["NEXT"]
            case _, step if step > 1:
                return Was["AFTER_A_GAP"]
        return Was["LATE"]

    def missing(self) -> list[int]:
        return list(
            filter(lambda n: n not in self.times, range(min(self.times, default=0), max(self.times, default=0)))
        )
