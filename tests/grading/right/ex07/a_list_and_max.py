"""A list of all that has come, and the built-in functions."""

from enum import Enum


class Was(Enum):
    """What a number was that has just arrived. (Nothing to do here.)"""

    NEXT = "the one after the highest so far; or the very first to arrive"
    AFTER_A_GAP = "higher than that: those between have not arrived yet"
    LATE = "lower than the highest so far, and here for the first time: it was overtaken"
    REPEAT = "here before"


class Arrivals:
    def __init__(self):
        self.numbers = []

    def arrived(self, number):
        before, self.numbers = self.numbers, [*self.numbers, number]
        if not before:
            return Was.NEXT
        if number in before:
            return Was.REPEAT
        if number < max(before):
            return Was.LATE
        return Was.NEXT if number == max(before) + 1 else Was.AFTER_A_GAP

    def missing(self):
        if not self.numbers:
            return []
        return sorted(set(range(min(self.numbers), max(self.numbers) + 1)) - set(self.numbers))
