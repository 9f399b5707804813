"""Whether a learner's code rests while nothing is to be done, or keeps a processor busy."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from chatlab.grading.verdict import NotYetRight

LOOK = 0.25  # seconds
LOOKS = 3
MOST_LOOKS = 8
LEAST_LAPS = 5  # in a look of fewer, the machine stood still
MOST_TURNS = 300  # a second
MOST_PER_LAP = 1.3  # turns, while a thread that waits for 1 / MOST_TURNS each time turns once
MOST_OF_A_PROCESSOR = 0.05
RESTLESS = (
    "A loop turns without a rest, and keeps a processor busy: let it wait where it asks, for some tenths of a second."
)


def expect_rest(count: Callable[[], int], what: str = "it began to receive") -> None:
    """Nothing is to be done now. Raises NotYetRight if the process is busy all the same, at LOOKS looks before it is
    seen to rest.

    `count` counts how often the learner's code has done `what`. On a busy machine every wait takes longer: so this
    thread waits meanwhile as often as is allowed, and takes its own laps for a measure, too. Where it made no laps, the
    learner's code had no chance to be busy, either: such a look shows nothing. Where it made half of its laps or fewer,
    one look at which the process rests may be luck: then it takes LOOKS of them. What the laps themselves cost is not
    the learner's.
    """
    busy = rests = 0
    for _ in range(MOST_LOOKS):
        start, spent, before, laps = time.perf_counter(), _spent_by_others(), count(), 0
        while (seconds := time.perf_counter() - start) < LOOK:
            threading.Event().wait(1 / MOST_TURNS)
            laps += 1
        turns, share = (count() - before) / seconds, (_spent_by_others() - spent) / seconds
        is_restless = turns > min(MOST_TURNS, MOST_PER_LAP * laps / seconds)
        if not is_restless and share <= MOST_OF_A_PROCESSOR:
            if laps >= LEAST_LAPS:
                rests += LOOKS if laps > LOOK * MOST_TURNS / 2 else 1
            if rests >= LOOKS:
                return
            continue
        busy += 1
        if busy == LOOKS:
            did = f"{what} {turns:,.0f} times a second" if is_restless else f"your code took {share:.0%} of a processor"
            raise NotYetRight(f"While nothing arrived, {did}.", RESTLESS)


def _spent_by_others() -> float:
    """The seconds that a processor has worked for this process, but for the thread that asks."""
    return time.process_time() - time.thread_time()
