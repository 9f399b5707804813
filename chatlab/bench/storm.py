"""What a storm does to a talk, plain and reliable.

Three of ten datagrams are lost each way, one of ten comes twice, two of ten are overtaken. The plain room loses what
the network loses; the reliable one nothing, at a price.
"""

from __future__ import annotations

import threading
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple

from chatlab.room.events import Event, Said
from chatlab.udp.client import UdpClient
from chatlab.udp.limits import Limits
from chatlab.udp.reliable.stop_and_wait import Timing
from chatlab.udp.server import UdpServer
from chatlab.weather.fate import Conditions, Direction, Weather
from chatlab.weather.relay import WeatherRelay
from chatlab.weather.relayed import Counts, Crossing

WEATHER = Weather.both_ways(Conditions(loss=0.3, repeat=0.1, reorder=0.2))
# The way is short, so that a sender need not wait for long; but a busy machine may leave a program alone for seconds.
TIMING = Timing(first=0.001, longest=0.003, tries=10_000)
# A flood must be lost by the weather alone, not in a full buffer. So no more messages than this are under way at once.
WINDOW = 50
ANY_RATE = Limits(rate_limit=0)


class PlainTalk(NamedTuple):
    """`heard`: the numbers that came back to the speaker, in that order; `counts`: of the relay."""

    heard: list[int]
    counts: dict[Direction, Counts]


class ReliableTalk(NamedTuple):
    """`heard`: by the speaker and by another member; `seconds`: until both had all."""

    heard: tuple[list[int], list[int]]
    seconds: float


def plain_talk(messages: int, seed: int, limit: float) -> PlainTalk:
    """Say `messages` numbers in a plain room. Raises TimeoutError after `limit` seconds."""
    heard: list[int] = []
    said, copies = {Direction.TO_SERVER: 0, Direction.TO_CLIENT: 0}, {Direction.TO_SERVER: 0, Direction.TO_CLIENT: 0}
    changed = threading.Condition()

    def note_crossing(crossing: Crossing) -> None:
        if crossing.datagram.rpartition(b" ")[2].isdigit():
            with changed:
                said[crossing.direction] += 1
                copies[crossing.direction] += len(crossing.fate.delays)
                changed.notify()

    def note_event(event: Event) -> None:
        if isinstance(event, Said):
            with changed:
                heard.append(int(event.text))
                changed.notify()

    with (
        UdpServer(port=0, limits=ANY_RATE) as room,
        WeatherRelay(room, weather=WEATHER, seed=seed, on_fate=note_crossing) as relay,
        UdpClient("ada", relay, on_event=note_event) as ada,
        changed,
    ):
        deadline = time.monotonic() + limit
        for number in range(messages):
            ada.say(str(number))
            _wait(changed, lambda: number < said[Direction.TO_SERVER] + WINDOW, deadline)  # noqa: B023 - called before the next
            _wait(changed, lambda: copies[Direction.TO_SERVER] < said[Direction.TO_CLIENT] + WINDOW, deadline)
            _wait(changed, lambda: copies[Direction.TO_CLIENT] < len(heard) + WINDOW, deadline)
        _wait(changed, lambda: said[Direction.TO_SERVER] == messages, deadline)
        _wait(changed, lambda: said[Direction.TO_CLIENT] == copies[Direction.TO_SERVER], deadline)
        _wait(changed, lambda: len(heard) == copies[Direction.TO_CLIENT], deadline)
        return PlainTalk(heard, relay.counts)


def reliable_talk(messages: int, seed: int, limit: float) -> ReliableTalk:
    """Say `messages` numbers in a reliable room. Raises TimeoutError after `limit` seconds."""
    by_ada: list[int] = []
    by_bob: list[int] = []
    changed = threading.Condition()

    def note(heard: list[int], event: Event) -> None:
        if isinstance(event, Said):
            with changed:
                heard.append(int(event.text))
                changed.notify()

    with (
        UdpServer(port=0, limits=ANY_RATE, reliable=True, timing=TIMING) as room,
        WeatherRelay(room, weather=WEATHER, seed=seed) as relay,
        UdpClient("ada", relay, on_event=lambda event: note(by_ada, event), reliable=True, timing=TIMING) as ada,
        UdpClient("bob", relay, on_event=lambda event: note(by_bob, event), reliable=True, timing=TIMING),
        changed,
    ):
        started = time.monotonic()
        deadline = started + limit
        for number in range(messages):
            ada.say(str(number))
            _wait(changed, lambda: number < min(len(by_ada), len(by_bob)) + WINDOW, deadline)  # noqa: B023 - called before the next
        _wait(changed, lambda: min(len(by_ada), len(by_bob)) >= messages, deadline)
        return ReliableTalk((by_ada, by_bob), time.monotonic() - started)


def _wait(changed: threading.Condition, holds: Callable[[], bool], deadline: float) -> None:
    if not changed.wait_for(holds, deadline - time.monotonic()):
        raise TimeoutError("the talk takes too long")


def storm(given: Namespace) -> Iterator[str]:
    """What was lost of `given.messages`, and how long it took to lose nothing. Raises TimeoutError."""
    limit = given.messages * 0.1 + 60
    plain = plain_talk(given.messages, given.seed, limit)
    for direction, counts in plain.counts.items():
        yield f"plain, {direction.value}: {counts}"
    swaps = sum(earlier > later for earlier, later in pairwise(plain.heard))
    yield f"plain: {len(set(plain.heard)):,} of {given.messages:,} came back; {swaps:,} before an earlier one"
    reliable = reliable_talk(given.messages, given.seed, limit)
    exact = all(heard == list(range(given.messages)) for heard in reliable.heard)
    yield f"reliable: {'every one once and in order' if exact else 'WRONG'}, after {reliable.seconds:.1f} s"
