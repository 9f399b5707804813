"""Where everything goes on the picture of a message ladder. Pure: a ladder to coordinates, in pixels.

From the top, each mark has a height of its own: a place where a rung leaves, or where one arrives late. So the order of
the heights is the order of what happened, and a rung that took no time is level.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chatlab.trace.picture.arrow import Ending
from chatlab.trace.picture.ladder import Ladder
from chatlab.trace.picture.placing import Placed, Stroke, place
from chatlab.trace.picture.rung import Rung
from chatlab.trace.picture.wire_text import width

NAME_CELL = 8.0
NOTE_CELL = 6.2
LEAVE, ARRIVE = 30.0, 18.0  # heights
HEAD = 34.0  # above it are the parties' names
GAPS = {2: 340.0, 3: 260.0, 4: 220.0}  # between the lines of so many parties
NUMBERS = 34.0  # a column for the messages' numbers
BREAK = 0.72  # a lost one breaks off after so much of its last gap


@dataclass(frozen=True, slots=True)
class Layout:
    """`columns`: x of each party's line, which ends at `bottom`."""

    width: float
    height: float
    bottom: float
    columns: dict[str, float]
    rungs: tuple[Placed, ...]


def lay_out(ladder: Ladder, notes: Sequence[str]) -> Layout:
    """`notes`: one for each rung, or ''."""
    gap = GAPS.get(len(ladder.parties), 190.0)
    left, right = _edges(ladder, notes)
    columns = {party: NUMBERS + left + index * gap for index, party in enumerate(ladder.parties)}
    strokes, bottom = _strokes(ladder, columns)
    placed = tuple(
        place(rung, note, stroke, strokes, _path(rung, columns))
        for rung, note, stroke in zip(ladder.rungs, notes, strokes, strict=True)
    )
    return Layout(max(columns.values(), default=NUMBERS) + right, bottom + 14, bottom, columns, placed)


def _edges(ladder: Ladder, notes: Sequence[str]) -> tuple[float, float]:
    """What is needed beside the outermost lines: for half a name, and for notes behind the tips."""
    edges = []
    for party in ladder.parties[:1] + ladder.parties[-1:]:
        room = [width(party) * NAME_CELL / 2 + 18]
        room += [
            len(note) * NOTE_CELL + 20
            for rung, note in zip(ladder.rungs, notes, strict=True)
            if rung.destination == party and rung.arrow.ending is Ending.ARRIVED
        ]
        edges.append(max(room))
    return (edges[0], edges[1]) if edges else (0.0, 60.0)


def _strokes(ladder: Ladder, columns: dict[str, float]) -> tuple[list[Stroke], float]:
    y = HEAD
    leaves: dict[int, float] = {}  # by number
    arrives: dict[int, float] = {}  # by index
    for index, is_arrival in ladder.marks:
        y += ARRIVE if is_arrival else LEAVE
        if is_arrival:
            arrives[index] = y
        else:
            leaves[ladder.rungs[index].number] = y
    strokes = []
    for index, rung in enumerate(ladder.rungs):
        x1, y1 = columns[rung.source], leaves[rung.number]
        path = _path(rung, columns)
        if rung.arrow.ending is Ending.ARRIVED:
            strokes.append(Stroke(x1, y1, path[-1], arrives.get(index, y1)))
        else:
            strokes.append(Stroke(x1, y1, path[-2] + BREAK * (path[-1] - path[-2]), y1))
    return strokes, y + ARRIVE


def _path(rung: Rung, columns: dict[str, float]) -> list[float]:
    """x of the parties' lines that a rung meets, from its source to its destination."""
    ends = columns[rung.source], columns[rung.destination]
    between = sorted(x for x in columns.values() if min(ends) <= x <= max(ends))
    if len(between) == 1:  # two ends of one name
        return [*between, between[0] + 40]
    return between if ends[0] < ends[1] else between[::-1]
