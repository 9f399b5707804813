"""One bit of a whole number for each message that has come."""

from enum import Enum


class Was(Enum):
    """What a number was that has just arrived. (Nothing to do here.)"""

    NEXT = "the one after the highest so far; or the very first to arrive"
    AFTER_A_GAP = "higher than that: those between have not arrived yet"
    LATE = "lower than the highest so far, and here for the first time: it was overtaken"
    REPEAT = "here before"


class Arrivals:
    def __init__(self) -> None:
        self.bits = 0

    def arrived(self, number: int) -> Was:
        bit = 1 << number
        highest = self.bits.bit_length() - 1
        if self.bits & bit:
            return Was.REPEAT
        is_first = self.bits == 0
        self.bits |= bit
        if is_first:
            return Was.NEXT
        if number < highest:
            return Was.LATE
        return Was.AFTER_A_GAP if number > highest + 1 else Was.NEXT

    def missing(self) -> list[int]:
        shown = f"{self.bits:b}"[::-1]
        lowest = shown.find("1")
        return [n for n, bit in enumerate(shown) if bit == "0" and n > lowest] if self.bits else []
