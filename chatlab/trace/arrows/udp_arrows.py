"""Datagrams to arrows: which were lost, late, repeated, overtaken or cut. Pure.

    seen at               an arrow is
    a relay on the way    what the relay decided: no copy, or one or more, each with its delay
    both ends             a departure with the arrival that fits; if none fits, it waits to be read, or is lost
    one end               what was seen there

A datagram that nobody has read is not lost yet. It counts as lost once a later one has been read, or its receiver has
closed.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice

from chatlab.room.addresses import Address
from chatlab.trace.arrows.arrow import Arrow, Ending, Kind
from chatlab.trace.records import Record, Step

# An arrival is looked for among this many datagrams under way on one path.
UNDER_WAY = 1_000

Path = tuple[Address, Address]


def udp_arrows(records: Iterable[Record], watched: frozenset[Address]) -> list[Arrow]:
    """`records` in the order of time; `watched`: the ends where all that comes and goes is seen."""
    datagrams = _Datagrams(watched)
    for record in records:
        match record.step:
            case Step.CARRIED:
                datagrams.carry(record)
            case Step.SENT:
                datagrams.send(record)
            case Step.RECEIVED:
                datagrams.receive(record)
            case Step.ENDED:
                datagrams.close(record.source)
    datagrams.lose_those_overtaken()
    return datagrams.arrows


class _Datagrams:
    """`arrows` so far. What is noted of them are their places in that list."""

    def __init__(self, watched: frozenset[Address]) -> None:
        self.arrows: list[Arrow] = []
        self._watched = watched
        self._under_way: defaultdict[Path, deque[int]] = defaultdict(deque)
        self._newest: dict[Path, int] = {}  # of those that have arrived
        self._arrived: dict[tuple[Path, bytes], int] = {}
        self._closed: set[Address] = set()

    def carry(self, record: Record) -> None:
        self.arrows += _copies(_arrow(record), record.delays)

    def send(self, record: Record) -> None:
        self._closed.discard(record.source)  # it is open again
        arrow = _arrow(record)
        if record.destination in self._watched:
            self._under_way[record.source, record.destination].append(len(self.arrows))
            arrow = replace(arrow, ending=Ending.LOST if record.destination in self._closed else Ending.UNREAD)
        self.arrows.append(arrow)

    def receive(self, record: Record) -> None:
        self._closed.discard(record.destination)
        path = (record.source, record.destination)
        place = _find(record.data, self.arrows, self._under_way[path])
        if place is None:
            self.arrows.append(self._unsent(record))
            return
        self._under_way[path].remove(place)
        was_overtaken = place < self._newest.get(path, -1)
        self._newest[path] = max(place, self._newest.get(path, -1))
        self._arrived[path, record.data] = place
        self.arrows[place] = replace(
            self.arrows[place],
            ending=Ending.ARRIVED,
            arrived=record.time,
            is_overtaken=was_overtaken,
            read=len(record.data),
        )

    def close(self, end: Address) -> None:
        self._closed.add(end)
        for path in [path for path in self._under_way if path[1] == end]:
            for place in self._under_way.pop(path):
                self._lose(place)

    def lose_those_overtaken(self) -> None:
        for path, places in self._under_way.items():
            for place in places:
                if place < self._newest.get(path, -1):
                    self._lose(place)

    def _lose(self, place: int) -> None:
        self.arrows[place] = replace(self.arrows[place], ending=Ending.LOST)

    def _unsent(self, record: Record) -> Arrow:
        """What arrives where none fits: from an end that is not watched, or a repeat."""
        arrow, path = _arrow(record), (record.source, record.destination)
        if record.source not in self._watched or (path, record.data) not in self._arrived:
            return arrow
        first = self.arrows[self._arrived[path, record.data]]
        return replace(first, arrived=record.time, is_repeat=True, is_overtaken=False)


def _arrow(record: Record) -> Arrow:
    return Arrow(Kind.DATAGRAM, record.source, record.destination, record.time, record.time, record.data)


def _copies(arrow: Arrow, delays: tuple[float, ...]) -> list[Arrow]:
    if not delays:
        return [replace(arrow, ending=Ending.LOST)]
    return [
        replace(arrow, arrived=arrow.left + delay, delay=delay, is_repeat=number > 0)
        for number, delay in enumerate(sorted(delays))
    ]


def _find(data: bytes, arrows: list[Arrow], places: deque[int]) -> int | None:
    """Which of those under way has arrived: the first that is `data`, or begins with it if the rest was cut off."""
    nearest = list(islice(places, UNDER_WAY))
    for place in nearest:
        if arrows[place].data == data:
            return place
    return next((place for place in nearest if data and arrows[place].data.startswith(data)), None)
