"""The message ladder: a line for each party, a row for each message, from top to bottom as they left. Pure.

Rows are equally far apart, whatever time passed between them. One that was late has a second place in the order, that
of its arrival, so that it crosses those that overtook it. `str` of a ladder is its text twin; `svg` draws it. Neither
holds a time, port or address, so the same talk gives the same ladder.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from chatlab.room.addresses import Address
from chatlab.trace.names import columns
from chatlab.trace.picture.arrow import Arrow, Ending, Kind
from chatlab.trace.picture.arrows import arrows_of
from chatlab.trace.picture.wire_text import shorten, visible, width
from chatlab.trace.records import Snapshot
from chatlab.udp.reliable.frames import ACKNOWLEDGEMENT, MESSAGE, RESET, SESSION

# How many messages are shown: the newest ones.
SHOWN = 40
TEXT_CELLS = 50
# A reliable room's sessions are random (`chatlab.udp.reliable.frames`): shown, they would make each picture differ.
_SESSION = re.compile(f"^({MESSAGE}|{ACKNOWLEDGEMENT}|{RESET}){SESSION} ".encode())
STEPS = {Kind.CONNECT: "connects", Kind.END: "says no more", Kind.RESET: "resets the connection"}


class Part(NamedTuple):
    """What a row says of one line of a stream; `begins`, `ends`: whether it has that line's beginning, its end."""

    text: str
    begins: bool
    ends: bool


@dataclass(frozen=True, slots=True)
class Row:
    """Message `number` between two parties. A repeat has the number of the message that it repeats."""

    number: int
    source: str
    destination: str
    arrow: Arrow

    @property
    def text(self) -> str:
        """What the message says, on one line."""
        if self.arrow.kind in STEPS:
            return STEPS[self.arrow.kind]
        return visible(_SESSION.sub(rb"\1", self.arrow.data)).rstrip(" ") or "(empty)"

    @property
    def note(self) -> str:
        """What became of it, in a word; '' if nothing worth mentioning."""
        return ", ".join(_notes(self))

    @property
    def parts(self) -> list[Part]:
        """Of a piece of a stream: the lines that it holds, the first and the last perhaps not whole."""
        return [
            Part(visible(line), begins=index > 0 or not self.arrow.is_mid_line, ends=line.endswith(b"\n"))
            for index, line in enumerate(self.arrow.lines)
        ]


@dataclass(frozen=True, slots=True)
class Ladder:
    """`parties` from left to right, `rows` from top to bottom. `earlier`: how many messages are not shown."""

    parties: tuple[str, ...]
    rows: tuple[Row, ...]
    earlier: int

    @classmethod
    def of(cls, snapshot: Snapshot, shown: int = SHOWN) -> Ladder:
        """The last messages of `snapshot`: at most `shown`."""
        rows: list[Row] = []
        strangers: dict[Address, str] = {}
        number = 0
        for arrow in arrows_of(snapshot):
            number += not arrow.is_repeat
            source, destination = (
                snapshot.name_of(end, arrow.left) or strangers.setdefault(end, f"stranger {len(strangers) + 1}")
                for end in (arrow.source, arrow.destination)
            )
            rows.append(Row(number, source, destination, arrow))
        earlier = max(0, number - shown)
        rows = [row for row in rows if row.number > earlier]
        present = {party for row in rows for party in (row.source, row.destination)}
        names = [named.name for known in snapshot.names.values() for named in known] + list(strangers.values())
        return cls(columns(name for name in names if name in present), tuple(rows), earlier)

    def end(self, heights: int) -> Ladder:
        """The last messages of this ladder that together take at most `heights`; at least one."""
        ladder = self
        while len(ladder.heights) > heights and ladder.rows[0].number < ladder.rows[-1].number:
            earlier = ladder.rows[0].number
            ladder = replace(self, rows=tuple(row for row in self.rows if row.number > earlier), earlier=earlier)
        return ladder

    def message(self, number: int) -> Row:
        """Raises KeyError if there is no such message."""
        for row in self.rows:
            if row.number == number:
                return row
        raise KeyError(f"there is no message {number} on the ladder")

    @property
    def heights(self) -> list[tuple[int, bool]]:
        """From top to bottom: at each height the row with that index leaves, or, if True, arrives late.

        A repeat leaves where the message left that it repeats.
        """
        places: list[tuple[float, tuple[int, bool]]] = []
        for index, row in enumerate(self.rows):
            if not row.arrow.is_repeat:
                places.append((row.arrow.left, (index, False)))
            if row.arrow.is_late or row.arrow.is_repeat:
                places.append((row.arrow.arrived, (index, True)))
        return [place for _, place in sorted(places)]

    @property
    def overtakers(self) -> list[int]:
        """For each row the number of the last message that left before this one came, or 0 if none did."""
        left = 0
        last = [0] * len(self.rows)
        for index, arrives in self.heights:
            number = self.rows[index].number
            if not arrives:
                left = number
            elif left > number:
                last[index] = left
        return last

    def __str__(self) -> str:
        if not self.rows:
            return "nothing has crossed the wire yet"
        texts = [shorten(_boxed(row), TEXT_CELLS) for row in self.rows]
        name = max(map(width, self.parties))
        text = max(map(width, texts))
        lines = [f"{self.title}:"]
        if self.earlier:
            lines.append(f"({self.earlier:,} earlier)")
        for row, said, last in zip(self.rows, texts, self.overtakers, strict=True):
            note = f"{row.note}, arrives after {last}" if last else row.note
            ends = f"{_padded(row.source, name)} -> {_padded(row.destination, name)}"
            lines.append(f"{row.number:3}  {ends}  {_padded(said, text)}  {note}".rstrip())
        return "\n".join(lines)

    @property
    def title(self) -> str:
        """One line: what the picture shows."""
        if len(self.parties) < 2:
            return " of ".join(("Messages", *self.parties))
        return f"Messages between {', '.join(self.parties[:-1])} and {self.parties[-1]}"


def _boxed(row: Row) -> str:
    """The text; a piece of a stream with a bracket where a line begins and where one ends."""
    if row.arrow.kind in STEPS:
        return f"({row.text})"
    parts = (f"{'[' * part.begins}{part.text}{']' * part.ends}" for part in row.parts)
    return " ".join(parts) if row.arrow.kind is Kind.PIECE else row.text


def _padded(text: str, cells: int) -> str:
    return text + " " * (cells - width(text))


def _notes(row: Row) -> Iterator[str]:
    arrow = row.arrow
    if arrow.ending is Ending.LOST:
        yield "lost"
    if arrow.ending is Ending.UNREAD:
        yield "unread"
    if arrow.is_repeat:
        yield "again"
    elif arrow.is_late:
        yield "late"
    if arrow.read is not None and arrow.read < len(arrow.data):
        yield f"{arrow.read} of {len(arrow.data)} bytes read"
