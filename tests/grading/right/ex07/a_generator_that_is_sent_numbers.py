"""A generator keeps what has to be remembered; each number is sent into it."""

from enum import Enum


class Was(Enum):
    """What a number was that has just arrived. (Nothing to do here.)"""

    NEXT = "the one after the highest so far; or the very first to arrive"
    AFTER_A_GAP = "higher than that: those between have not arrived yet"
    LATE = "lower than the highest so far, and here for the first time: it was overtaken"
    REPEAT = "here before"


def judge():
    """Is sent the numbers, and yields what each was, with the set of those that have come."""
    seen = set()
    answer = None
    highest = None
    while True:
        number = yield answer, seen
        if number in seen:
            answer = Was.REPEAT
        elif highest is None or number == highest + 1:
            answer = Was.NEXT
        elif number > highest:
            answer = Was.AFTER_A_GAP
        else:
            answer = Was.LATE
        seen.add(number)
        highest = number if highest is None or number > highest else highest


class Arrivals:
    def __init__(self) -> None:
        self.judge = judge()
        _, self.seen = next(self.judge)

    def arrived(self, number: int) -> Was:
        return self.judge.send(number)[0]

    def missing(self) -> list[int]:
        result = []
        if len(self.seen) > 1:
            number = min(self.seen)
            while number < max(self.seen):
                if number not in self.seen:
                    result.append(number)
                number += 1
        return result
