"""Where a rung's text goes on the picture. Pure.

A text stands above the place where its rung leaves; no two rungs leave at the same height, so texts never meet. Only
strokes that slant across can meet a text; so it moves along its rung to where the fewest do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from chatlab.trace.names import ROOM
from chatlab.trace.picture.arrow import Kind
from chatlab.trace.picture.rung import Part, Rung
from chatlab.trace.picture.wire_text import shorten, width

CELL = 7.2  # the width of a letter of a message
PART_SPACE = 1  # cells between the lines that a piece holds
TIP = 12.0


@dataclass(frozen=True, slots=True)
class Stroke:
    """The line of a rung, from where it leaves. `x2`, `y2`: its tip, or where it breaks off."""

    x1: float
    y1: float
    x2: float
    y2: float

    def passes(self, x: float, y: float) -> bool:
        """Whether it goes through a letter of a text that stands at x, y."""
        if self.y1 == self.y2 or not min(self.x1, self.x2) <= x <= max(self.x1, self.x2):
            return False
        height = self.y1 + (self.y2 - self.y1) * (x - self.x1) / (self.x2 - self.x1)
        return y - 13 < height < y + 5


@dataclass(frozen=True, slots=True)
class Placed:
    """A rung with its stroke and its note, and its text in parts: the first begins at x, all stand on y."""

    rung: Rung
    note: str
    stroke: Stroke
    parts: tuple[Part, ...]
    x: float
    y: float


def place(rung: Rung, note: str, stroke: Stroke, strokes: Sequence[Stroke], path: Sequence[float]) -> Placed:
    """`path`: x of the parties' lines that the rung meets, from its source to its destination."""
    if rung.arrow.is_repeat:
        return Placed(rung, note, stroke, (), 0, 0)
    if rung.arrow.is_late:
        gaps = [(path[0], path[1])]
    else:  # beside the end that is not the room, rather
        gaps = list(pairwise(path))
        if rung.source == ROOM:
            gaps.reverse()
    y = stroke.y1 - 7
    close_by = [other for other in strokes if other is not stroke and other.y1 < y + 5 and other.y2 > y - 13]
    best: tuple[int, tuple[Part, ...], float] | None = None
    for start, end in gaps:
        tip = stroke.x2 if min(start, end) < stroke.x2 < max(start, end) else end
        low, high = sorted((start, tip))
        low, high = (low + 10, high - TIP - 4) if start < end else (low + TIP + 4, high - 10)
        parts = _parts(rung, int((high - low) / CELL))
        size = _width(parts)
        near, far = (low, high - size) if start < end else (high - size, low)
        # A late rung goes down and away from its text: that stays near the place where it leaves.
        for share in (0, 0.15, 0.3) if rung.arrow.is_late else (0.5, 0.25, 0.75, 0, 1):
            x = near + share * (far - near)
            letters = [x + cell * CELL for cell in range(int(size / CELL) + 2)]
            crossed = sum(other.passes(letter, y) for other in close_by for letter in letters)
            if best is None or crossed < best[0]:
                best = crossed, parts, x
    assert best is not None
    return Placed(rung, note, stroke, best[1], best[2], y)


def _parts(rung: Rung, cells: int) -> tuple[Part, ...]:
    """What of the text fits into so many cells."""
    if rung.arrow.kind is not Kind.PIECE:
        return (Part(shorten(rung.text, cells), begins=False, ends=False),)
    shown: list[Part] = []
    parts = rung.parts
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
