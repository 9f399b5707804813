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
    """One sender's numbers, as they arrive.

    arrived(5), arrived(6), arrived(9), arrived(7), arrived(7) answer NEXT, NEXT, AFTER_A_GAP, LATE, REPEAT; then
    missing() == [8]. The receiver may have come late, as here: what was sent before the lowest number that has
    arrived is none of its business, until a lower one arrives.
    """

    def __init__(self) -> None:
        raise NotImplementedError  # TODO: what has to be remembered; then arrived and missing

    def arrived(self, number: int) -> Was:
        """Message `number` has arrived, 0 or any higher: answer what it was."""
        raise NotImplementedError

    def missing(self) -> list[int]:
        """The numbers between the lowest and the highest that have arrived which have not, lowest first; [] if there is
        none. To ask changes nothing; an answer stays as it was, whatever arrives later.
        """
        raise NotImplementedError
