"""A load, and what came of it.

In each round of a load every speaker says its lines at once. A round is under way until everybody has heard it, and
`window` rounds are under way at a time. So the load is as fast as the server, and no faster.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from chatlab.bench.members.members import Members
from chatlab.bench.running_server import RunningServer

# Seconds. If nobody hears anything meanwhile, the messages that are missing are lost.
LOST_AFTER = 2.0


@dataclass(frozen=True, slots=True)
class Load:
    """`clients` members, of whom `speakers` say `lines` lines each in a round. `rest`: seconds before the next one."""

    clients: int
    speakers: int
    lines: int
    window: int = 1
    rest: float = 0.0


class Latencies(NamedTuple):
    """From the beginning of a round to the moment when somebody has read a line of it, in seconds."""

    median: float
    percentile_99: float
    latest: float


@dataclass(frozen=True, slots=True)
class Measurement:
    """What `messages` became. `elapsed`, `cpu`: seconds, the latter of the server's time."""

    messages: int
    deliveries: int
    lost: int
    elapsed: float
    cpu: float | None
    latencies: Latencies

    @property
    def rate(self) -> float:
        """Deliveries a second."""
        return self.deliveries / self.elapsed

    @property
    def efficiency(self) -> float | None:
        """Deliveries a second of the server's CPU time."""
        return self.deliveries / self.cpu if self.cpu else None

    @property
    def cpu_per_million(self) -> float | None:
        """Seconds of the server's CPU time for a million deliveries."""
        return None if self.cpu is None else 1e6 * self.cpu / self.deliveries


def measure(server: RunningServer, members: Members, load: Load, seconds: float) -> Measurement:
    """Run rounds for `seconds`, one at least, until all is heard."""
    run = _Run(members, load)
    cpu = server.cpu_seconds()
    started = time.perf_counter()
    lost = 0

    def goes_on() -> bool:
        return not run.rounds or time.perf_counter() - started < seconds

    while goes_on() or run.missing:
        while goes_on() and run.missing <= run.round_deliveries * (load.window - 1):
            run.begin_round()
        if not run.listen():
            lost, run.missing = run.missing, 0
            break
    elapsed = time.perf_counter() - started
    used = server.cpu_seconds()
    return Measurement(
        messages=len(run.rounds) * load.speakers * load.lines,
        deliveries=len(run.rounds) * run.round_deliveries - lost,
        lost=lost,
        elapsed=elapsed - (LOST_AFTER if lost else 0),
        cpu=None if used is None or cpu is None else used - cpu,
        latencies=run.latencies(),
    )


class _Run:
    """`rounds`: when each began. `missing`: deliveries that are under way."""

    def __init__(self, members: Members, load: Load) -> None:
        self.rounds: list[float] = []
        self.missing = 0
        everything = load.speakers * load.lines
        self._members = members
        self._load = load
        # What a member hears of a round: all of it, or all but its own words.
        self._share = [
            everything - (0 if members.echo or number >= load.speakers else load.lines)
            for number in range(load.clients)
        ]
        self.round_deliveries = sum(self._share)
        self._heard = [0] * load.clients
        self._latencies: Counter[int] = Counter()  # by microseconds

    def begin_round(self) -> None:
        if self.rounds and self._load.rest:
            time.sleep(self._load.rest)  # a talk at its own pace: how late a line is, not how many there can be
        self.rounds.append(time.perf_counter())
        self.missing += self.round_deliveries
        for speaker in range(self._load.speakers):
            self._members.say(speaker, self._load.lines)

    def listen(self) -> bool:
        """Count what is heard; False if nobody hears anything."""
        heard = False
        for number, messages in self._members.listen(LOST_AFTER):
            heard = True
            if messages:
                # The rounds of a member's messages, as if none of a later round had overtaken one of an earlier.
                began = self.rounds[min(self._heard[number] // self._share[number], len(self.rounds) - 1)]
                self._latencies[int((time.perf_counter() - began) * 1e6)] += messages
                self._heard[number] += messages
                self.missing -= messages
        return heard

    def latencies(self) -> Latencies:
        """Of all that was heard; zeros if nothing was."""
        latencies = sorted(self._latencies)
        if not latencies:
            return Latencies(0, 0, 0)
        seen = list(accumulate(self._latencies[latency] for latency in latencies))
        median, late = (latencies[bisect_left(seen, seen[-1] * part)] for part in (0.5, 0.99))
        return Latencies(median / 1e6, late / 1e6, latencies[-1] / 1e6)
