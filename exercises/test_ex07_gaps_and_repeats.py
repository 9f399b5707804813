"""The checks of ex07: numbers arrive, one at a time. A message tells all that had arrived when it went wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from typing import Any

import pytest

from chatlab.grading import NotYetRight
from chatlab.grading.for_checks.compare import expect_plain
from chatlab.grading.for_checks.sharing import why_shared
from chatlab.weather.fate import Conditions
from chatlab.weather.simulated import SimulatedNetwork

STORM = Conditions(loss=0.2, repeat=0.2, reorder=0.3, delay=0.02, jitter=0.1)
SENT = 500
MANY = 1_000
SHOWN = 12  # so many of the last numbers are told

NEXT, AFTER_A_GAP, LATE, REPEAT = "NEXT", "AFTER_A_GAP", "LATE", "REPEAT"
HIGHEST = "Compare a number with the highest that has arrived, which is not always the last: a late one lowers nothing."
ASKED_TWICE = "To ask what is missing changes nothing: the answer is the same until something arrives."
FIRST = "The very first is NEXT, whatever its number is: the receiver may have come late."
# Of a number that arrives right behind the highest so far: whoever compares with the last one is right there.
BEHIND_THE_HIGHEST = {
    NEXT: "It is one higher than the highest so far.",
    AFTER_A_GAP: "It is more than one higher than the highest so far.",
    LATE: "It is lower than the highest so far, and was not here before.",
    REPEAT: "It was here before.",
}


class Play:
    """An Arrivals of the learner's, and what has arrived so far."""

    def __init__(self, attempt: Any, learner: Any) -> None:
        self._attempt = attempt
        self._kinds = learner.Was
        self._numbers: list[int] = []
        self._lists: list[tuple[int, Any, list[int]]] = []  # of missing: after how many numbers, and as it was
        self.made = "Made Arrivals()"
        self._attempt.did(f"{self.made}.")
        self.arrivals = learner.Arrivals()

    def arrive(self, number: int, expected: str, means: str = "") -> None:
        """`means`: what it usually means when the answer is another."""
        if not means and not self._numbers:
            means = FIRST
        elif not means:
            means = HIGHEST if self._numbers[-1] < max(self._numbers) else BEHIND_THE_HIGHEST[expected]
        self._numbers.append(number)
        self._tell()
        step = f"arrived({number})"
        was = self._answer(step, lambda: self.arrivals.arrived(number), f"Was.{expected}", means)
        if was is not getattr(self._kinds, expected, None):
            answer = was if isinstance(was, self._kinds) else repr(was)
            raise NotYetRight(f"{step} answered {answer}. Expected: Was.{expected}.", cause(was) or means)

    def expect_missing(self, expected: list[int], means: str) -> None:
        self._tell()
        for again, why in (("", means), (" when it was asked again", ASKED_TWICE)):
            missing = self._answer("missing()", self.arrivals.missing, shown(expected), means)
            if missing != expected:
                saw = f"missing() answered {shown(missing)}{again}. Expected: {shown(expected)}."
                raise NotYetRight(saw, cause_of_missing(missing, expected) or why)
        self._expect_no_change()
        self._lists.append((len(self._numbers), missing, expected))

    def _expect_no_change(self) -> None:
        for number, answer, before in self._lists:
            if answer != before:
                when = f"After {self._numbers[number - 1]} had arrived" if number else "At first"
                saw = f"{when}, missing() answered {shown(before)}; by now this very list has become {shown(answer)}."
                means = "Whoever has an answer may still need it: return a new list each time, say list(…) of yours."
                raise NotYetRight(saw, means)

    def _answer(self, step: str, call: Callable[[], object], expected: str, means: str) -> object:
        try:
            answer = call()
        except (KeyError, ValueError, IndexError) as error:
            saw = f"{step} raised {type(error).__name__}: {error}. Expected: {expected}."
            raise NotYetRight(saw, cause_of_error(error) or means).with_traceback(error.__traceback__) from None
        expect_plain(answer, step.partition("(")[0])
        return answer

    def _tell(self) -> None:
        last = self._numbers[-SHOWN:]
        earlier = f"{len(self._numbers) - len(last)} more, then " if len(last) < len(self._numbers) else ""
        arrived = f"{earlier}{', '.join(map(str, last))}" if last else "nothing"
        self._attempt.did(f"{self.made}; these arrived, in this order: {arrived}.")


@pytest.fixture
def play(learner: Any, attempt: Any) -> Callable[[], Play]:
    return lambda: Play(attempt, learner)


def test_one_after_the_other(play: Any) -> None:
    """knows the next one"""
    arrivals = play()
    arrivals.expect_missing([], "Nothing has arrived yet, so there is nothing between.")
    arrivals.arrive(0, NEXT, FIRST)
    for number in (1, 2, 3):
        arrivals.arrive(number, NEXT, "It is one higher than the highest so far.")
    arrivals.expect_missing([], "Every number between the lowest and the highest has arrived.")


def test_it_came_late(play: Any) -> None:
    """begins with whatever comes first"""
    arrivals = play()
    arrivals.arrive(7, NEXT, FIRST)
    arrivals.arrive(8, NEXT, "It is one higher than the highest so far.")
    arrivals.expect_missing([], "What was sent before the lowest number that has arrived is none of its business.")


def test_a_gap(play: Any) -> None:
    """sees a gap, and what is missing in it"""
    arrivals = play()
    arrivals.arrive(0, NEXT)
    arrivals.arrive(4, AFTER_A_GAP, "It is more than one higher than the highest so far: something is missing between.")
    arrivals.expect_missing(
        [1, 2, 3], "These are higher than the lowest, lower than the highest, and have not arrived."
    )
    arrivals.arrive(5, NEXT, "An open gap does not matter here: 5 is one higher than the highest so far.")
    arrivals.arrive(7, AFTER_A_GAP)
    arrivals.expect_missing(
        [1, 2, 3, 6], "A second gap adds to the first: all numbers that have not arrived, in order."
    )


def test_late_ones(play: Any) -> None:
    """knows a late one, which makes a gap smaller and moves nothing back"""
    filled = "It has arrived now, if late: it is not missing any more."
    arrivals = play()
    arrivals.arrive(0, NEXT)
    arrivals.arrive(4, AFTER_A_GAP)
    arrivals.arrive(2, LATE, "It is lower than the highest so far, and was not here before: it was overtaken.")
    arrivals.arrive(5, NEXT)
    arrivals.expect_missing([1, 3], filled)
    arrivals.arrive(3, LATE)
    arrivals.arrive(1, LATE)
    arrivals.expect_missing([], filled)
    arrivals.arrive(6, NEXT)


def test_repeats(play: Any) -> None:
    """knows a repeat, of whichever number"""
    again = "It was here before, so it is a repeat: remember each number that has arrived, not the last one alone."
    arrivals = play()
    arrivals.arrive(0, NEXT)
    arrivals.arrive(0, REPEAT, "It was here before. Mind that 0 is a number like any other, though `if 0` is false.")
    arrivals.arrive(1, NEXT)
    arrivals.arrive(1, REPEAT, again)
    arrivals.arrive(0, REPEAT, again)
    arrivals.arrive(3, AFTER_A_GAP)
    arrivals.arrive(3, REPEAT, again)
    arrivals.arrive(2, LATE)
    arrivals.arrive(2, REPEAT, "Late ones come twice, too: what was late is here from then on.")
    arrivals.expect_missing([], "A repeat changes nothing.")
    arrivals.arrive(4, NEXT, "A repeat changes nothing: 3 is still the highest.")


def test_an_old_repeat(play: Any) -> None:
    """knows a repeat of one that was here long ago"""
    arrivals = play()
    for number in range(MANY):
        arrivals.arrive(number, NEXT, "It is one higher than the highest so far.")
    arrivals.arrive(
        0, REPEAT, f"It was here before, {MANY - 1} numbers ago: remember every number, not the newest alone."
    )
    arrivals.expect_missing([], f"All numbers from 0 to {MANY - 1} have arrived.")


def test_the_example(play: Any) -> None:
    """answers as the stub's example says"""
    means = "This is the example of the stub: read it again."
    arrivals = play()
    for number, was in ((5, NEXT), (6, NEXT), (9, AFTER_A_GAP), (7, LATE), (7, REPEAT)):
        arrivals.arrive(number, was, means)
    arrivals.expect_missing([8], means)


def test_before_the_start(play: Any) -> None:
    """takes a lower number than the first for a late one"""
    late = "It is lower than the highest, and was not here before: LATE, although it was in no gap that you knew of."
    lowest = "3 is the lowest now: between it and the highest, 4 and 5 have not arrived."
    arrivals = play()
    arrivals.arrive(6, NEXT)
    arrivals.arrive(3, LATE, late)
    arrivals.expect_missing([4, 5], lowest)
    arrivals.arrive(3, REPEAT, "It was here before, as a late one.")
    arrivals.arrive(5, LATE)
    arrivals.expect_missing([4], lowest)
    arrivals.arrive(7, NEXT)
    arrivals.arrive(0, LATE, late)
    arrivals.expect_missing([1, 2, 4], "0 is the lowest now.")


def test_two_senders(play: Any) -> None:
    """keeps two Arrivals apart, each with a memory of its own"""
    ada, bob = play(), play()
    ada.made = bob.made = "Made two of Arrivals(), and looked at this one"
    ada.arrive(0, NEXT)
    ada.arrive(5, AFTER_A_GAP)
    shared = why_shared(ada.arrivals, bob.arrivals)
    bob.arrive(5, NEXT, shared)
    bob.arrive(6, NEXT, shared)
    bob.expect_missing([], shared)
    ada.arrive(6, NEXT, shared)


def test_a_storm(play: Any) -> None:
    """tells what became of five hundred messages in a storm"""
    network = SimulatedNetwork(STORM, seed=7)
    for number in range(SENT):
        network.send("sender", "receiver", b"%d" % number)
        network.now += 0.02
    storm, seen, means = play(), set[int](), "All that can happen happens here: compare the numbers above one by one."
    while arrival := network.receive():
        number = int(arrival.datagram)
        storm.arrive(number, judge(number, seen), means)
        seen.add(number)
    storm.expect_missing([n for n in range(min(seen), max(seen)) if n not in seen], means)


def judge(number: int, seen: set[int]) -> str:
    if number in seen:
        return REPEAT
    if not seen or number == max(seen) + 1:
        return NEXT
    return AFTER_A_GAP if number > max(seen) else LATE


def cause(was: object) -> str:
    """What is wrong whatever the step is about; '' if nothing of that kind."""
    if was is None:
        return "A branch of the method ends without `return`."
    if isinstance(was, Enum):
        return ""
    return "The answer is to be one of the four that Was has: return Was.LATE, say."


def cause_of_error(error: Exception) -> str:
    """What such an error means wherever it is raised; '' if that isn't known."""
    if "is not a valid Was" in str(error):
        return "Was.LATE is one of the four; Was(…) looks one up by the sentence that stands behind its name."
    if re.search(r"(min|max)\(\) .*empty", str(error)):
        return "min and max of nothing raise ValueError, unless default=… says what they are then."
    return ""


def cause_of_missing(missing: object, expected: list[int]) -> str:
    if missing is None:
        return "The method ends without `return`."
    if not isinstance(missing, list):
        return "The answer is to be a list: [1, 2, 3]."
    if not all(isinstance(number, int) for number in missing):
        return "The answer is to be a list of numbers: [1, 2, 3]."
    if sorted(missing) == expected:
        return "The right numbers in another order: the lowest comes first."
    if len(set(missing)) < len(missing):
        return "A number is missing once, however often you found it so."
    return ""


def shown(numbers: object) -> str:
    """As Python shows it, but for the middle of a long list."""
    if isinstance(numbers, list) and len(numbers) > SHOWN:
        return f"{str(numbers[:SHOWN])[:-1]}, …] ({len(numbers)} numbers)"
    return repr(numbers)
