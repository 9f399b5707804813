# expects: return a new list each time
from enum import Enum


class Was(Enum):
    """What a number was that has just arrived. (Nothing to do here.)"""

    NEXT = "the one after the highest so far; or the very first to arrive"
    AFTER_A_GAP = "higher than that: those between have not arrived yet"
    LATE = "lower than the highest so far, and here for the first time: it was overtaken"
    REPEAT = "here before"


class Arrivals:
    def __init__(self):
        self.gaps = []
        self.highest = None
        self.lowest = None

    def arrived(self, number):
        if self.highest is None:
            self.lowest = self.highest = number
            return Was.NEXT
        if number > self.highest:
            was = Was.NEXT if number == self.highest + 1 else Was.AFTER_A_GAP
            self.gaps += range(self.highest + 1, number)
            self.highest = number
            return was
        if number < self.lowest:
            self.gaps[:0] = range(number + 1, self.lowest)
            self.lowest = number
            return Was.LATE
        if number in self.gaps:
            self.gaps.remove(number)
            return Was.LATE
        return Was.REPEAT

    def missing(self):
        return self.gaps
