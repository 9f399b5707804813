"""Datagrams to arrows: which were lost, late, repeated, overtaken or cut. Pure.

    seen at               an arrow is
    a relay on the way    what the relay decided: no copy, or one or more, each with its delay
    both ends             a departure with the arrival that fits; if none fits, it is lost
    one end               what was seen there

A datagram that came as early as it could is drawn as if it took no time. Its time of arrival counts only if a later one
overtook it, or a relay held it back. So the picture does not depend on how fast the machine is.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice

from chatlab.addresses import Address
from chatlab.trace.arrow import Arrow, Fate, Kind
from chatlab.trace.records import Record, Step

# Among so many datagrams under way on one path an arrival is looked for.
UNDER_WAY = 1_000

Path = tuple[Address, Address]


def udp_arrows(records: Iterable[Record], watched: frozenset[Address]) -> list[Arrow]:
    """`records` in the order of time; `watched`: the ends where all that comes and goes is seen."""
    arrows: list[Arrow] = []
    under_way: dict[Path, deque[int]] = defaultdict(deque)  # places in `arrows`
    newest: dict[Path, int] = {}  # of those that have arrived
    arrived: dict[tuple[Path, bytes], int] = {}
    for record in records:
        path = (record.source, record.destination)
        arrow = Arrow(Kind.DATAGRAM, *path, record.time, record.time, record.data)
        if record.step is Step.CARRIED:
            arrows += _copies(arrow, record.delays)
        elif record.step is Step.SENT:
            under_way[path].append(len(arrows))
            arrows.append(replace(arrow, fate=Fate.LOST) if record.destination in watched else arrow)
        elif record.source not in watched:
            arrows.append(arrow)
        elif (place := _find(record.data, arrows, under_way[path])) is not None:
            under_way[path].remove(place)
            was_overtaken = place < newest.get(path, -1)
            newest[path] = max(place, newest.get(path, -1))
            arrived[path, record.data] = place
            arrows[place] = replace(
                arrows[place],
                fate=Fate.ARRIVED,
                arrived=record.time if was_overtaken else arrows[place].left,
                read=len(record.data),
            )
        else:
            first = arrows[arrived[path, record.data]] if (path, record.data) in arrived else arrow
            arrows.append(replace(first, arrived=record.time, is_repeat=first is not arrow))
    return arrows


def _copies(arrow: Arrow, delays: tuple[float, ...]) -> list[Arrow]:
    if not delays:
        return [replace(arrow, fate=Fate.LOST)]
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
