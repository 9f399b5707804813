"""A row of the message ladder: one message between two parties, in words. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from chatlab.room.wire_text import visible
from chatlab.trace.arrows.arrow import Arrow, Ending, Kind
from chatlab.udp.reliable.frames import ACKNOWLEDGEMENT, MESSAGE, RESET, SESSION

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
    is_late: bool = False

    @property
    def has_arrived(self) -> bool:
        return self.arrow.ending is Ending.ARRIVED

    @property
    def text(self) -> str:
        """What the message says, on one line."""
        if self.arrow.kind in STEPS:
            return STEPS[self.arrow.kind]
        if self.arrow.kind is Kind.SEGMENT:
            return self.arrow.header + (f": {visible(self.arrow.data)}" if self.arrow.data else "")
        return visible(_SESSION.sub(rb"\1", self.arrow.data)).rstrip(" ") or "(empty)"

    @property
    def note(self) -> str:
        """What became of it, in a word; '' if nothing worth mentioning."""
        return ", ".join(self._notes())

    @property
    def parts(self) -> list[Part]:
        """Of a piece of a stream: the lines that it holds, the first and the last perhaps not whole."""
        return [
            Part(visible(line), begins=index > 0 or not self.arrow.is_mid_line, ends=line.endswith(b"\n"))
            for index, line in enumerate(self.arrow.lines)
        ]

    def _notes(self) -> Iterator[str]:
        arrow = self.arrow
        if arrow.ending is Ending.LOST:
            yield "lost"
        if arrow.ending is Ending.NOBODY_THERE:
            yield "nobody there"
        if arrow.ending is Ending.UNREAD:
            yield "unread"
        if arrow.is_repeat:
            yield "again"
        elif self.is_late:
            yield "late"
        if arrow.read is not None and arrow.read < len(arrow.data):
            yield f"{arrow.read} of {len(arrow.data)} bytes read"
