# expects: Both use `SEEN` of the file
from enum import Enum


class Was(Enum):

    NEXT = "the one after the highest so far; or the very first to arrive"
    AFTER_A_GAP = "higher than that: those between have not arrived yet"
    LATE = "lower than the highest so far, and here for the first time: it was overtaken"
    REPEAT = "here before"


SEEN: dict[int, Was] = {}


class Arrivals:

    def arrived(self, number: int) -> Was:
        if number in SEEN:
            return Was.REPEAT
        if not SEEN or number == max(SEEN) + 1:
            SEEN[number] = Was.NEXT
        elif number > max(SEEN):
            SEEN[number] = Was.AFTER_A_GAP
        else:
            SEEN[number] = Was.LATE
        return SEEN[number]

    def missing(self) -> list[int]:
        return [n for n in range(min(SEEN, default=0), max(SEEN, default=0)) if n not in SEEN]
