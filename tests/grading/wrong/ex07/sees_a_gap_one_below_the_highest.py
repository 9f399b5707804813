# expects: It is lower than the highest so far, and was not here before.
"""ex07 Gaps, repeats, swaps. About 20 minutes. Lesson: notebooks/07_a_bad_network.ipynb

A sender numbers its messages 0, 1, 2, … From the numbers that arrive, a receiver can tell what the network did.
"""

from enum import Enum


class Was(Enum):
    """What a number was that has just arrived. (Nothing to do here.)"""

    NEXT = "the one after the highest so far; or the very first to arrive"
    AFTER_A_GAP = "higher than that: those between have not arrived yet"
    LATE = "lower than the highest so far, and here for the first time: it was overtaken"
    REPEAT = "here before"


class Arrivals:
    def __init__(self):
        self.seen = set()

    def arrived(self, number):
        if number in self.seen:
            return Was.REPEAT
        highest = max(self.seen, default=number - 1)
        self.seen.add(number)
        if number < highest - 1:
            return Was.LATE
        return Was.NEXT if number == highest + 1 else Was.AFTER_A_GAP

    def missing(self):
        if not self.seen:
            return []
        return [n for n in range(min(self.seen), max(self.seen)) if n not in self.seen]
