"""Where everything goes on the picture of a message ladder. Pure: a ladder to coordinates, in pixels.

From the top, each place where a row leaves, or where one arrives late, has a height of its own. So the order of the
heights is the order of what happened, and a row that took no time is level.

A text stands above the place where its row leaves; no two rows leave at the same height, so texts never meet. Only
arrows that slant across can meet a text; so it moves along its row to where the fewest do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from chatlab.trace.names import ROOM
from chatlab.trace.picture.arrow import Ending, Kind
from chatlab.trace.picture.ladder import Ladder, Part, Row
from chatlab.trace.picture.wire_text import shorten, width

CELL = 7.2  # the width of a letter of a message
NAME_CELL = 8.0
NOTE_CELL = 6.2
LEAVE, ARRIVE = 30.0, 18.0  # heights
HEAD = 34.0  # above it are the parties' names
GAPS = {2: 340.0, 3: 260.0, 4: 220.0}  # between the parties' lines, by the number of parties
NUMBERS = 34.0  # a column for the messages' numbers
BREAK = 0.72  # a lost one breaks off after this share of its last gap
PART_SPACE = 1  # cells between the lines that a piece holds
TIP = 12.0


@dataclass(frozen=True, slots=True)
class Drawn:
    """A row with its note: an arrow from x1, y1 to its tip, or to where it breaks off.

    Its text comes in parts: the first begins at x, all stand on y.
    """

    row: Row
    note: str
    x1: float
    y1: float
    x2: float
    y2: float
    parts: tuple[Part, ...] = ()
    x: float = 0.0
    y: float = 0.0

    def passes(self, x: float, y: float) -> bool:
        """Whether it goes through a letter of a text that stands at x, y."""
        if self.y1 == self.y2 or not min(self.x1, self.x2) <= x <= max(self.x1, self.x2):
            return False
        height = self.y1 + (self.y2 - self.y1) * (x - self.x1) / (self.x2 - self.x1)
        return y - 13 < height < y + 5


@dataclass(frozen=True, slots=True)
class Layout:
    """`columns`: x of each party's line, which ends at `bottom`."""

    width: float
    height: float
    bottom: float
    columns: dict[str, float]
    rows: tuple[Drawn, ...]


def lay_out(ladder: Ladder, notes: Sequence[str]) -> Layout:
    """`notes`: one for each row, or ''."""
    gap = GAPS.get(len(ladder.parties), 190.0)
    left, right = _edges(ladder, notes)
    columns = {party: NUMBERS + left + index * gap for index, party in enumerate(ladder.parties)}
    arrows, bottom = _arrows(ladder, notes, columns)
    drawn = tuple(_with_text(arrow, arrows, _path(arrow.row, columns)) for arrow in arrows)
    return Layout(max(columns.values(), default=NUMBERS) + right, bottom + 14, bottom, columns, drawn)


def _edges(ladder: Ladder, notes: Sequence[str]) -> tuple[float, float]:
    """What is needed beside the outermost lines: for half a name, and for notes behind the tips."""
    edges = []
    for party in ladder.parties[:1] + ladder.parties[-1:]:
        room = [width(party) * NAME_CELL / 2 + 18]
        room += [
            len(note) * NOTE_CELL + 20
            for row, note in zip(ladder.rows, notes, strict=True)
            if row.destination == party and row.arrow.ending is Ending.ARRIVED
        ]
        edges.append(max(room))
    return (edges[0], edges[1]) if edges else (0.0, 60.0)


def _arrows(ladder: Ladder, notes: Sequence[str], columns: dict[str, float]) -> tuple[list[Drawn], float]:
    y = HEAD
    leaves: dict[int, float] = {}  # by number
    arrives: dict[int, float] = {}  # by index
    for index, is_arrival in ladder.heights:
        y += ARRIVE if is_arrival else LEAVE
        if is_arrival:
            arrives[index] = y
        else:
            leaves[ladder.rows[index].number] = y
    arrows = []
    for index, (row, note) in enumerate(zip(ladder.rows, notes, strict=True)):
        x1, y1 = columns[row.source], leaves[row.number]
        path = _path(row, columns)
        if row.arrow.ending is Ending.ARRIVED:
            arrows.append(Drawn(row, note, x1, y1, path[-1], arrives.get(index, y1)))
        else:
            arrows.append(Drawn(row, note, x1, y1, path[-2] + BREAK * (path[-1] - path[-2]), y1))
    return arrows, y + ARRIVE


def _path(row: Row, columns: dict[str, float]) -> list[float]:
    """x of the parties' lines that a row meets, from its source to its destination."""
    ends = columns[row.source], columns[row.destination]
    between = sorted(x for x in columns.values() if min(ends) <= x <= max(ends))
    if len(between) == 1:  # two ends of one name
        return [*between, between[0] + 40]
    return between if ends[0] < ends[1] else between[::-1]


def _with_text(drawn: Drawn, arrows: Sequence[Drawn], path: Sequence[float]) -> Drawn:
    """`path`: x of the parties' lines that the row meets, from its source to its destination."""
    row = drawn.row
    if row.arrow.is_repeat:
        return drawn
    if row.arrow.is_late:
        gaps = [(path[0], path[1])]
    else:  # beside the end that is not the room, rather
        gaps = list(pairwise(path))
        if row.source == ROOM:
            gaps.reverse()
    y = drawn.y1 - 7
    close_by = [other for other in arrows if other is not drawn and other.y1 < y + 5 and other.y2 > y - 13]
    best: tuple[int, tuple[Part, ...], float] | None = None
    for start, end in gaps:
        tip = drawn.x2 if min(start, end) < drawn.x2 < max(start, end) else end
        low, high = sorted((start, tip))
        low, high = (low + 10, high - TIP - 4) if start < end else (low + TIP + 4, high - 10)
        parts = _parts(row, int((high - low) / CELL))
        size = _width(parts)
        near, far = (low, high - size) if start < end else (high - size, low)
        # A late row goes down and away from its text: that stays near the place where it leaves.
        for share in (0, 0.15, 0.3) if row.arrow.is_late else (0.5, 0.25, 0.75, 0, 1):
            x = near + share * (far - near)
            letters = [x + cell * CELL for cell in range(int(size / CELL) + 2)]
            crossed = sum(other.passes(letter, y) for other in close_by for letter in letters)
            if best is None or crossed < best[0]:
                best = crossed, parts, x
    assert best is not None
    return replace(drawn, parts=best[1], x=best[2], y=y)


def _parts(row: Row, cells: int) -> tuple[Part, ...]:
    """As much of the text as fits into `cells`."""
    if row.arrow.kind is not Kind.PIECE:
        return (Part(shorten(row.text, cells), begins=False, ends=False),)
    shown: list[Part] = []
    parts = row.parts
    for index, part in enumerate(parts):
        rest = 2 if index < len(parts) - 1 else 0  # for an ellipsis in place of the others
        if width(part.text) + rest <= cells:
            shown.append(part)
            cells -= width(part.text) + PART_SPACE
        else:
            shown.append(Part(shorten(part.text, max(cells, 1)), part.begins, ends=False))
            break
    return tuple(shown)


def _width(parts: Sequence[Part]) -> float:
    return CELL * (sum(width(part.text) + PART_SPACE for part in parts) - PART_SPACE)
