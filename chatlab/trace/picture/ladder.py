"""The message ladder: a line for each party, a rung for each message, from top to bottom as they left. Pure.

Rungs are equally far apart, whatever time passed between them. One that was late has a second place in the order, that
of its arrival, so that it crosses those that overtook it. `str` of a ladder is its text twin; `ladder_svg` draws it.
Neither holds a time, port or address, so the same talk gives the same ladder.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from chatlab.room.addresses import Address
from chatlab.trace.names import columns
from chatlab.trace.picture.arrow import Kind
from chatlab.trace.picture.arrows import arrows_of
from chatlab.trace.picture.rung import STEPS, Rung
from chatlab.trace.picture.wire_text import shorten, width
from chatlab.trace.records import Snapshot

# So many messages are shown, the newest ones.
SHOWN = 40
TEXT_CELLS = 50


class Mark(NamedTuple):
    """A place on the way down: there the rung with this index (`rung`) leaves, or arrives late."""

    rung: int
    arrives: bool


@dataclass(frozen=True, slots=True)
class Ladder:
    """`parties` from left to right, `rungs` from top to bottom. `earlier`: how many messages are not shown."""

    parties: tuple[str, ...]
    rungs: tuple[Rung, ...]
    earlier: int

    @classmethod
    def of(cls, snapshot: Snapshot, shown: int = SHOWN) -> Ladder:
        """The last messages of `snapshot`, so many as are to be `shown`."""
        rungs: list[Rung] = []
        strangers: dict[Address, str] = {}
        number = 0
        for arrow in arrows_of(snapshot):
            number += not arrow.is_repeat
            source, destination = (
                snapshot.name_of(end, arrow.left) or strangers.setdefault(end, f"stranger {len(strangers) + 1}")
                for end in (arrow.source, arrow.destination)
            )
            rungs.append(Rung(number, source, destination, arrow))
        earlier = max(0, number - shown)
        rungs = [rung for rung in rungs if rung.number > earlier]
        present = {party for rung in rungs for party in (rung.source, rung.destination)}
        names = [named.name for known in snapshot.names.values() for named in known] + list(strangers.values())
        return cls(columns(name for name in names if name in present), tuple(rungs), earlier)

    def end(self, marks: int) -> Ladder:
        """The last messages of it, so many as have no more than so many `marks`; at least one."""
        ladder = self
        while len(ladder.marks) > marks and ladder.rungs[0].number < ladder.rungs[-1].number:
            earlier = ladder.rungs[0].number
            ladder = replace(self, rungs=tuple(rung for rung in self.rungs if rung.number > earlier), earlier=earlier)
        return ladder

    def message(self, number: int) -> Rung:
        """Raises KeyError if there is no such message."""
        for rung in self.rungs:
            if rung.number == number:
                return rung
        raise KeyError(f"there is no message {number} on the ladder")

    @property
    def marks(self) -> list[Mark]:
        """All places, from top to bottom. A repeat leaves where the message left that it repeats."""
        places: list[tuple[float, Mark]] = []
        for index, rung in enumerate(self.rungs):
            if not rung.arrow.is_repeat:
                places.append((rung.arrow.left, Mark(index, arrives=False)))
            if rung.arrow.is_late or rung.arrow.is_repeat:
                places.append((rung.arrow.arrived, Mark(index, arrives=True)))
        return [mark for _, mark in sorted(places)]

    @property
    def overtakers(self) -> list[int]:
        """For each rung the number of the last message that left before this one came, or 0 if none did."""
        left = 0
        last = [0] * len(self.rungs)
        for index, arrives in self.marks:
            number = self.rungs[index].number
            if not arrives:
                left = number
            elif left > number:
                last[index] = left
        return last

    def __str__(self) -> str:
        if not self.rungs:
            return "nothing has crossed the wire yet"
        texts = [shorten(_boxed(rung), TEXT_CELLS) for rung in self.rungs]
        name = max(map(width, self.parties))
        text = max(map(width, texts))
        lines = [f"{self.title}:"]
        if self.earlier:
            lines.append(f"({self.earlier:,} earlier)")
        for rung, said, last in zip(self.rungs, texts, self.overtakers, strict=True):
            note = f"{rung.note}, arrives after {last}" if last else rung.note
            ends = f"{_padded(rung.source, name)} -> {_padded(rung.destination, name)}"
            lines.append(f"{rung.number:3}  {ends}  {_padded(said, text)}  {note}".rstrip())
        return "\n".join(lines)

    @property
    def title(self) -> str:
        """One line: what the picture shows."""
        if len(self.parties) < 2:
            return " of ".join(("Messages", *self.parties))
        return f"Messages between {', '.join(self.parties[:-1])} and {self.parties[-1]}"


def _boxed(rung: Rung) -> str:
    """The text; a piece of a stream with a bracket where a line begins and where one ends."""
    if rung.arrow.kind in STEPS:
        return f"({rung.text})"
    parts = (f"{'[' * part.begins}{part.text}{']' * part.ends}" for part in rung.parts)
    return " ".join(parts) if rung.arrow.kind is Kind.PIECE else rung.text


def _padded(text: str, cells: int) -> str:
    return text + " " * (cells - width(text))
