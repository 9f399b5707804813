# expects: write `def`, without `async`
"""ex07"""

from enum import Enum


class Was(Enum):
    """What a number was that has just arrived. (Nothing to do here.)"""

    NEXT = "the one after the highest so far; or the very first to arrive"
    AFTER_A_GAP = "higher than that: those between have not arrived yet"
    LATE = "lower than the highest so far, and here for the first time: it was overtaken"
    REPEAT = "here before"


class Arrivals:
    def __init__(self) -> None:
        self.seen = set()
        self.highest = -1

    async def arrived(self, number: int) -> Was:
        if number in self.seen:
            return Was.REPEAT
        if number < self.highest:
            self.seen.add(number)
            return Was.LATE
        if number == self.highest + 1 or not self.seen:
            was = Was.NEXT
        else:
            was = Was.AFTER_A_GAP
        self.seen.add(number)
        self.highest = number
        return was

    def missing(self) -> list[int]:
        if not self.seen:
            return []
        return [n for n in range(min(self.seen), self.highest) if n not in self.seen]
