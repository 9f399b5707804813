"""The message ladder as text: what a reader without pictures gets. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from chatlab.room.wire_text import shorten, width
from chatlab.trace.arrows.arrow import Kind
from chatlab.trace.picture.row import STEPS, Row
from chatlab.trace.picture.time_scale import TimeScale

TEXT_CELLS = 50


def title(parties: Sequence[str]) -> str:
    """One line: what the ladder shows."""
    if len(parties) < 2:
        return " of ".join(("Messages", *parties))
    return f"Messages between {', '.join(parties[:-1])} and {parties[-1]}"


def write(
    parties: Sequence[str], rows: Sequence[Row], earlier: int, overtakers: Sequence[int], scale: TimeScale | None
) -> str:
    """A line for each row. `overtakers`: see `Ladder.overtakers`. With `scale` it says when each left and arrived."""
    if not rows:
        return "nothing has crossed the wire yet"
    texts = [shorten(_boxed(row), TEXT_CELLS) for row in rows]
    name = max(map(width, parties))
    text = max(map(width, texts))
    lines = [f"{title(parties)}. Left and arrived, in {scale.unit}:" if scale else f"{title(parties)}:"]
    if earlier:
        lines.append(f"({earlier:,} earlier)")
    times = _times(rows, scale) if scale else [""] * len(rows)
    for row, said, last, time in zip(rows, texts, overtakers, times, strict=True):
        note = f"{row.note}, arrives after {last}" if last and not scale else row.note
        ends = f"{_padded(row.source, name)} -> {_padded(row.destination, name)}"
        lines.append(f"{row.number:3}  {time}{ends}  {_padded(said, text)}  {note}".rstrip())
    return "\n".join(lines)


def _times(rows: Sequence[Row], scale: TimeScale) -> list[str]:
    left = [scale.shown(row.arrow.left) for row in rows]
    arrived = [scale.shown(row.arrow.arrived) if row.has_arrived else "-" for row in rows]
    cells = max(map(len, left + arrived))
    return [f"{start:>{cells}} {end:>{cells}}  " for start, end in zip(left, arrived, strict=True)]


def _boxed(row: Row) -> str:
    """The text; a piece of a stream with a bracket where a line begins and where one ends."""
    if row.arrow.kind in STEPS:
        return f"({row.text})"
    parts = (f"{'[' * part.begins}{part.text}{']' * part.ends}" for part in row.parts)
    return " ".join(parts) if row.arrow.kind is Kind.PIECE else row.text


def _padded(text: str, cells: int) -> str:
    return text + " " * (cells - width(text))
