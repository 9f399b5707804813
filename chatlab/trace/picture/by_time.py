"""A message ladder whose heights are times, to scale. Pure.

Messages may leave at the same moment, so no place among the arrows is sure to be free. Words stand beside the outermost
lines, level with an end of their arrow; where those ends are close together, further down, with a line to that end.
Words that would stand too far down are left out, and counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from chatlab.room.wire_text import width
from chatlab.trace.picture.by_events import BREAK, note_of
from chatlab.trace.picture.drawn import (
    CELL,
    HEAD,
    NAME_CELL,
    Box,
    Cut,
    Drawn,
    Label,
    Layout,
    Words,
    fit,
    size_of,
    size_of_parts,
)
from chatlab.trace.picture.time_scale import TimeScale

TOP = HEAD + 18.0
LINE = 16.0  # from words to the words below them
FURTHEST = 90.0  # from the end of an arrow to its words
CELLS, FEWEST = 26, 8  # of words
RIM = 26.0  # from the line of a party to words
SPACE = 7.0
EDGE = 10.0


class _End(NamedTuple):
    """The end of an arrow that its words stand beside. `is_near`: it is at an outermost line."""

    x: float
    y: float
    is_near: bool


def arrange_by_time(
    arrows: Sequence[Drawn],
    columns: dict[str, float],
    scale: TimeScale,
    *,
    live: bool,
    within: float,
) -> Layout:
    """`live`, `within`: see `lay_out`."""
    drawn = [_to_height(arrow, scale) for arrow in arrows]
    outermost = min(columns.values()), max(columns.values())
    ends = [_end(arrow, outermost) for arrow in drawn]
    room = _room_for_words(outermost, scale, within)
    more: list[Label] = []
    for x in dict.fromkeys(outermost):
        is_left = x == outermost[0]
        last, left_out = float("-inf"), 0
        for index in sorted((i for i, end in enumerate(ends) if end.x == x), key=lambda i: ends[i].y):
            y = max(ends[index].y, last + LINE)
            if y - ends[index].y <= FURTHEST:
                drawn[index] = _beside(drawn[index], ends[index], y, room, is_left=is_left, live=live)
                last, left_out = y, 0
            else:
                left_out += 1
                if left_out == 1:  # in its place
                    last += LINE
                    more.append(Label(0, 0, ""))
                more[-1] = _outside(x, last, f"… {left_out:,} more", is_left=is_left)
    cuts = tuple(Cut(TOP + y, Label(outermost[0] + 14, TOP + y + 4, f"{pause} pass")) for y, pause in scale.cuts)
    boxes = [box for row in drawn for box in row.boxes] + [label.box for label in (*more, *(cut.label for cut in cuts))]
    names = [
        (x - width(party) * NAME_CELL / 2 - 9, x + width(party) * NAME_CELL / 2 + 9) for party, x in columns.items()
    ]
    left = min(start for start, *_ in boxes + names) - EDGE
    right = max([box.right for box in boxes] + [end for _, end in names])
    bottom = max([TOP + scale.height + LINE] + [box.bottom for box in boxes])
    ticks = tuple(Label(left - size_of(time), TOP + y + 4, time) for y, time in scale.ticks)
    left = min((tick.x for tick in ticks), default=left) - EDGE
    return Layout(left, right - left + EDGE, bottom + EDGE, bottom, columns, tuple(drawn), ticks, cuts, tuple(more))


def _to_height(arrow: Drawn, scale: TimeScale) -> Drawn:
    left, landing = arrow.row.arrow.left, scale.landing(arrow.row)
    if arrow.row.arrow.is_lost:
        landing = left + BREAK * (landing - left)
    return replace(arrow, y1=TOP + scale.y(left), y2=TOP + scale.y(landing))


def _end(arrow: Drawn, outermost: tuple[float, float]) -> _End:
    """A message is written where it leaves, if that is outside, or else where it arrives; a repeat where it arrives."""
    ends = [_End(arrow.path[0], arrow.y1, is_near=True), _End(arrow.path[-1], arrow.y2, arrow.row.has_arrived)]
    if arrow.row.arrow.is_repeat:
        ends.reverse()
    return next((end for end in ends if end.x in outermost), _End(outermost[1], arrow.y1, is_near=False))


def _room_for_words(outermost: tuple[float, float], scale: TimeScale, within: float) -> float:
    """How many pixels the words and labels of a message may take."""
    times = max((size_of(time) for _, time in scale.ticks), default=0.0)
    left, right = outermost
    return (within - (right - left) - times - 3 * EDGE) / len({left, right}) - RIM


def _beside(arrow: Drawn, end: _End, y: float, room: float, *, is_left: bool, live: bool) -> Drawn:
    """With its words and labels at the height `y`."""
    row = arrow.row
    way = "→" if arrow.x2 > arrow.x1 else "←"
    if end.x not in (arrow.path[0], arrow.path[-1]):
        way = f"{row.source} → {row.destination}"
    tag = way if live else f"{row.number} {way}"
    note = note_of(row, live=live)
    free = room - size_of(tag) - SPACE - (size_of(note) + SPACE if note else 0)
    parts = () if row.arrow.is_repeat else fit(row, int(max(FEWEST, min(CELLS, free // CELL))))
    sizes = [size_of(tag), size_of_parts(parts) if parts else 0.0, size_of(note)]
    x = end.x - RIM - sum(sizes) - SPACE * (sum(map(bool, sizes)) - 1) if is_left else end.x + RIM
    labels = [Label(x, y + 4, tag)]
    x += sizes[0] + SPACE
    words = Words(x, y + 4, parts) if parts else None
    x += sizes[1] + SPACE if parts else 0
    if note:
        labels.append(Label(x, y + 4, note, is_note=True))
    is_lower = y - end.y > 1 and end.is_near
    outwards = -1 if is_left else 1
    leader = Box(end.x + outwards * 5, end.y, end.x + outwards * (RIM - 4), y) if is_lower else None
    return replace(arrow, words=words, labels=tuple(labels), leader=leader)


def _outside(x: float, y: float, text: str, *, is_left: bool) -> Label:
    return Label(x - RIM - size_of(text) if is_left else x + RIM, y + 4, text)
