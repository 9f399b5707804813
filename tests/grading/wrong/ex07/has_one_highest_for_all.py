# expects: Both use something that is there once
"""ex07"""

from enum import Enum


class Was(Enum):
    """What a number was that has just arrived. (Nothing to do here.)"""

    NEXT = "the one after the highest so far; or the very first to arrive"
    AFTER_A_GAP = "higher than that: those between have not arrived yet"
    LATE = "lower than the highest so far, and here for the first time: it was overtaken"
    REPEAT = "here before"


HIGHEST = -1


class Arrivals:
    def __init__(self) -> None:
        self.seen = set()

    def arrived(self, number: int) -> Was:
        global HIGHEST
        if number in self.seen:
            return Was.REPEAT
        if number < HIGHEST:
            self.seen.add(number)
            return Was.LATE
        if number == HIGHEST + 1 or not self.seen:
            was = Was.NEXT
        else:
            was = Was.AFTER_A_GAP
        self.seen.add(number)
        HIGHEST = number
        return was

    def missing(self) -> list[int]:
        if not self.seen:
            return []
        return [n for n in range(min(self.seen), HIGHEST) if n not in self.seen]
