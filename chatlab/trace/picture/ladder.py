"""The message ladder: a line for each party, a row for each message, from top to bottom as they left. Pure.

    axis     a step down is          so the same talk gives
    events   something that happened the same picture on every machine; a row that was late has a second place, that of
                                     its arrival, so that it crosses those that overtook it
    time     time, to scale          a picture as high as the talk was long

`str` of a ladder is its text twin; `svg` draws it. Neither holds a port or an address.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from chatlab.room.addresses import Address
from chatlab.trace.arrows.arrow import Arrow
from chatlab.trace.arrows.arrows import arrows_of
from chatlab.trace.names import columns
from chatlab.trace.picture.row import Row
from chatlab.trace.picture.text_twin import title, write
from chatlab.trace.picture.time_scale import TimeScale, scale_of
from chatlab.trace.records import Snapshot

Axis = Literal["events", "time"]
# How many messages are shown: the newest ones.
SHOWN = 40
# By time, a datagram is called late if the network kept it longer than the quickest one, this many times.
LATE = 1.5


@dataclass(frozen=True, slots=True)
class Ladder:
    """`parties` from left to right, `rows` from top to bottom. `earlier`: how many messages are not shown.

    `began`: when the talk did, in seconds of the rows' clock.
    """

    parties: tuple[str, ...]
    rows: tuple[Row, ...]
    earlier: int
    axis: Axis = "events"
    began: float = 0.0

    @classmethod
    def of(cls, snapshot: Snapshot, shown: int = SHOWN, axis: Axis = "events") -> Ladder:
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
            rows.append(Row(number, source, destination, arrow, arrow.is_late))
        earlier = max(0, number - shown)
        rows = [row for row in rows if row.number > earlier]
        if axis == "time":
            quickest = min((row.arrow.delay for row in rows if row.has_arrived), default=0.0)
            rows = [replace(row, is_late=_is_late(row.arrow, quickest)) for row in rows]
        present = {party for row in rows for party in (row.source, row.destination)}
        names = [named.name for known in snapshot.names.values() for named in known] + list(strangers.values())
        parties = columns(name for name in names if name in present)
        return cls(parties, tuple(rows), earlier, axis, snapshot.began)

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
                places.append((row.arrow.stands_at, (index, True)))
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

    @property
    def scale(self) -> TimeScale | None:
        """How time is drawn; None where it is not, and while there is nothing to draw."""
        return scale_of(self.rows, self.began) if self.axis == "time" and self.rows else None

    @property
    def title(self) -> str:
        """One line: what the picture shows."""
        return title(self.parties)

    def __str__(self) -> str:
        return write(self.parties, self.rows, self.earlier, self.overtakers, self.scale)


def _is_late(arrow: Arrow, quickest: float) -> bool:
    """The slant of its arrow tells how long it took: only what is out of the common is called late."""
    return arrow.is_overtaken or arrow.delay > LATE * quickest
