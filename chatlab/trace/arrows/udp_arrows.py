"""Datagrams to arrows: which were lost, late, repeated, overtaken or cut. Pure.

    seen at               an arrow is
    a relay on the way    what the relay decided: no copy, or one or more, each with its delay
    both ends             a departure with the arrival that fits; if none fits, it waits to be read, or is lost
    one end               what was seen there

A datagram that nobody has read is not lost yet. It counts as lost once a later one has been read, or its receiver has
closed. One that is sent to a receiver that has closed, or about which the network says that the port is closed, finds
nobody there.
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
            case Step.RESET:
                datagrams.refuse((record.destination, record.source))
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
        self._last_sent: dict[Path, int] = {}  # if nobody has read it

    def carry(self, record: Record) -> None:
        self.arrows += _copies(_arrow(record), record.delays)

    def send(self, record: Record) -> None:
        self._closed.discard(record.source)  # it is open again
        arrow, path = _arrow(record), (record.source, record.destination)
        self._last_sent[path] = len(self.arrows)
        if record.destination in self._watched:
            self._under_way[path].append(len(self.arrows))
            is_closed = record.destination in self._closed
            arrow = replace(arrow, ending=Ending.NOBODY_THERE if is_closed else Ending.UNREAD)
        self.arrows.append(arrow)

    def receive(self, record: Record) -> None:
        self._closed.discard(record.destination)
        path = (record.source, record.destination)
        place = _find(record.data, self.arrows, self._under_way[path])
        if place is None:
            self.arrows.append(self._unsent(record))
            return
        self._under_way[path].remove(place)
        if self._last_sent.get(path) == place:
            del self._last_sent[path]
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
                if self.arrows[place].ending is Ending.UNREAD:
                    self._end(place, Ending.LOST)

    def refuse(self, path: Path) -> None:
        """The network says that the port at the end of `path` is closed: that is about the last datagram there."""
        place = self._last_sent.pop(path, None)
        if place is not None:
            self._end(place, Ending.NOBODY_THERE)

    def lose_those_overtaken(self) -> None:
        for path, places in self._under_way.items():
            for place in places:
                if place < self._newest.get(path, -1) and self.arrows[place].ending is Ending.UNREAD:
                    self._end(place, Ending.LOST)

    def _end(self, place: int, ending: Ending) -> None:
        self.arrows[place] = replace(self.arrows[place], ending=ending)

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
