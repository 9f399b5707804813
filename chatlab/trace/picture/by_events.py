"""A message ladder in which each step down is an event: every departure, and every late arrival. Pure.

Words stand above the place where their row leaves. No two rows leave at the same height, so words never meet, and only
arrows that slant across could meet them: words take what those leave free, and are cut to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from chatlab.room.wire_text import width
from chatlab.trace.names import ROOM
from chatlab.trace.picture.drawn import (
    CELL,
    HEAD,
    NAME_CELL,
    Box,
    Drawn,
    Label,
    Layout,
    Words,
    fit,
    size_of,
    size_of_parts,
    with_labels,
)
from chatlab.trace.picture.free_space import free_space
from chatlab.trace.picture.row import Row

LEAVE, ARRIVE = 30.0, 18.0  # heights
BREAK = 0.72  # a lost one breaks off after this share of its last gap
NUMBERS = 34.0  # a column for the messages' numbers
RIM = 10.0  # between words and the line of a party
TIP = 16.0
FEWEST = 3  # cells of words that are worth showing


def arrange_by_events(
    arrows: Sequence[Drawn], columns: dict[str, float], heights: Sequence[tuple[int, bool]], *, live: bool
) -> Layout:
    """`heights`: see `Ladder.heights`."""
    arrows, bottom = _to_heights(arrows, heights)
    slanted = [arrow for arrow in arrows if arrow.y1 != arrow.y2]
    left = min(columns.values(), default=0.0) - _edge(arrows, columns, is_left=True, live=live)
    right = max(columns.values(), default=0.0) + _edge(arrows, columns, is_left=False, live=live)
    lines = sorted({left, *columns.values(), right})
    drawn = []
    for arrow in arrows:
        named = _with_words(arrow, slanted) if not arrow.row.arrow.is_repeat else arrow
        if note := note_of(arrow.row, live=live):
            named = _with_note(named, note, slanted, lines)
        if not live and not arrow.row.arrow.is_repeat:
            number = str(arrow.row.number)
            named = with_labels(named, Label(left - 8 - size_of(number), arrow.y1 + 4, number))
        drawn.append(named)
    return Layout(left - NUMBERS, right - left + NUMBERS, bottom + 14, bottom, columns, tuple(drawn))


def note_of(row: Row, *, live: bool) -> str:
    """What became of `row`. In a live picture a late one tells by how much."""
    return f"{row.note} +{row.arrow.delay * 1000:.0f} ms" if row.is_late and row.arrow.delay and live else row.note


def _to_heights(arrows: Sequence[Drawn], heights: Sequence[tuple[int, bool]]) -> tuple[list[Drawn], float]:
    y = HEAD
    leaves: dict[int, float] = {}  # by number
    arrives: dict[int, float] = {}  # by index
    for index, is_arrival in heights:
        y += ARRIVE if is_arrival else LEAVE
        if is_arrival:
            arrives[index] = y
        else:
            leaves[arrows[index].row.number] = y
    placed = []
    for index, arrow in enumerate(arrows):
        y1 = leaves[arrow.row.number]
        placed.append(replace(arrow, y1=y1, y2=arrives.get(index, y1) if arrow.row.has_arrived else y1))
    return placed, y + ARRIVE


def _edge(arrows: Sequence[Drawn], columns: dict[str, float], *, is_left: bool, live: bool) -> float:
    """What is needed beside an outermost line: for half a name, and for notes behind the tips."""
    if not columns:
        return 0.0 if is_left else 60.0
    x = min(columns.values()) if is_left else max(columns.values())
    party = next(name for name, column in columns.items() if column == x)
    notes = [note_of(arrow.row, live=live) for arrow in arrows if arrow.x2 == x and arrow.row.has_arrived]
    return max([width(party) * NAME_CELL / 2 + 18] + [size_of(note) + 20 for note in notes])


def _with_words(arrow: Drawn, slanted: Sequence[Drawn]) -> Drawn:
    row = arrow.row
    gaps = list(pairwise(arrow.path))
    if row.is_late:
        del gaps[1:]
    elif row.source == ROOM:  # beside the end that is not the room, rather
        gaps.reverse()
    best: Words | None = None
    y = arrow.y1 - 7
    for start, end in gaps:
        tip = arrow.x2 if min(start, end) < arrow.x2 < max(start, end) else end
        low, high = sorted((start, tip))
        low, high = (low + RIM, high - TIP) if start < end else (low + TIP, high - RIM)
        # A late row goes down and away from its words: those stay near the place where it leaves.
        wanted = (low if start < end else high) if row.is_late else (low + high) / 2
        for left, right in free_space(Box(low, y - 12, high, y + 4), arrow, slanted):
            cells = int((right - left) / CELL)
            if cells < FEWEST:
                continue
            parts = fit(row, cells)
            size = size_of_parts(parts)
            words = Words(max(left, min(wanted - size / 2, right - size)), y, parts)
            if best is None or size_of_parts(best.parts) < size:
                best = words
    return replace(arrow, words=best)


def _with_note(arrow: Drawn, note: str, slanted: Sequence[Drawn], lines: Sequence[float]) -> Drawn:
    """Behind the tip, or where it breaks off; further on if another arrow is in the way, or not at all."""
    y, size = arrow.y2 + 4, size_of(note)
    if arrow.x2 > arrow.x1:
        low = arrow.x2 + 7
        high = next((line for line in lines if line > low), low)
    else:
        high = arrow.x2 - 7
        low = next((line for line in reversed(lines) if line < high), high)
    free = [
        (left, right)
        for left, right in free_space(Box(low, y - 10, high, y + 3), arrow, slanted)
        if right - left >= size
    ]
    if not free:
        return arrow
    x = free[0][0] if arrow.x2 > arrow.x1 else free[-1][1] - size
    return with_labels(arrow, Label(x, y, note, is_note=True))
