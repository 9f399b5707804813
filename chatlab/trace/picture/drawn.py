"""What a picture of a message ladder is made of: arrows, words and lines with their places, in pixels. Pure data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from chatlab.room.wire_text import shorten, width
from chatlab.trace.arrows.arrow import Kind
from chatlab.trace.picture.row import Part, Row

CELL = 7.2  # the width of a letter of a message
NAME_CELL = 8.0
NOTE_CELL = 6.2
PART_SPACE = 1  # cells between the lines that a piece holds
HEAD = 34.0  # above it are the parties' names


class Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float


class Label(NamedTuple):
    """A short text beside a row: what became of it, if `is_note`, or its number."""

    x: float
    y: float
    text: str
    is_note: bool = False

    @property
    def box(self) -> Box:
        return Box(self.x, self.y - 10, self.x + size_of(self.text), self.y + 3)


class Words(NamedTuple):
    """What a message says, in parts: the first begins at x, all stand on y."""

    x: float
    y: float
    parts: tuple[Part, ...]

    @property
    def box(self) -> Box:
        return Box(self.x, self.y - 12, self.x + size_of_parts(self.parts), self.y + 4)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A row: an arrow from x1, y1 to its tip, or to where it breaks off, with its words and labels.

    `path`: x of the parties' lines that it meets, from its source to its destination. `leader`: the ends of a line from
    the arrow to words that stand further down.
    """

    row: Row
    path: tuple[float, ...]
    x1: float
    y1: float
    x2: float
    y2: float
    words: Words | None = None
    labels: tuple[Label, ...] = ()
    leader: Box | None = None

    @property
    def boxes(self) -> list[Box]:
        return [text.box for text in (self.words, *self.labels) if text]


class Cut(NamedTuple):
    """A pause that is left out."""

    y: float
    label: Label


@dataclass(frozen=True, slots=True)
class Layout:
    """`columns`: x of each party's line, which ends at `bottom`. The top left corner of the picture is `left`, 0.

    `ticks`: times, at the left; `cuts`: pauses that are left out of the time; `more`: words for which no room is left.
    """

    left: float
    width: float
    height: float
    bottom: float
    columns: dict[str, float]
    rows: tuple[Drawn, ...]
    ticks: tuple[Label, ...] = ()
    cuts: tuple[Cut, ...] = ()
    more: tuple[Label, ...] = ()

    @property
    def labels(self) -> list[Label]:
        """Those that belong to no row."""
        return [*self.ticks, *self.more, *(cut.label for cut in self.cuts)]


def size_of(label: str) -> float:
    return NOTE_CELL * width(label)


def size_of_parts(parts: Sequence[Part]) -> float:
    return CELL * (sum(width(part.text) + PART_SPACE for part in parts) - PART_SPACE)


def fit(row: Row, cells: int) -> tuple[Part, ...]:
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


def with_labels(drawn: Drawn, *labels: Label) -> Drawn:
    return replace(drawn, labels=(*drawn.labels, *labels))
