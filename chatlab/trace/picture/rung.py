"""A rung of the message ladder: an arrow between two parties, with what it says and what became of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from chatlab.trace.picture.arrow import Arrow, Ending, Kind
from chatlab.trace.picture.wire_text import visible

# A reliable room's sessions are random (`chatlab.udp.reliable.frames`): shown, they would make each picture differ.
_SESSION = re.compile(rb"^((?:MSG|ACK|RST)_TAG:)[0-9a-f]{8} ")
STEPS = {Kind.CONNECT: "connects", Kind.END: "says no more", Kind.RESET: "resets the connection"}


class Part(NamedTuple):
    """What a rung says of one line of a stream; `begins`, `ends`: whether it has that line's beginning, its end."""

    text: str
    begins: bool
    ends: bool


@dataclass(frozen=True, slots=True)
class Rung:
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


def _notes(rung: Rung) -> Iterator[str]:
    arrow = rung.arrow
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
