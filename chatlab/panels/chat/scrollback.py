"""What a chat panel's log shows. Pure: events in, numbered rows out; the last MAX_ROWS are kept.

Rows are numbered from 1 in the order in which they came, so that a panel can tell which ones it has shown.
A nickname keeps its colour for as long as the log lives, and nearly always has the same one everywhere: its home
colour follows from its letters, and the next free one is taken where somebody else has that already.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from zlib import crc32

from chatlab.room.events import Event, Gone, Joined, Left, Refused, Said
from chatlab.tcp.member import AGAIN

MAX_ROWS = 300
COLOURS = 12  # as many as assets/chat.css has


@dataclass(frozen=True, slots=True)
class Row:
    """`kind`: "said", "notice" or "warning". `nickname`: whose row it is, or "". `colour`: that nickname's."""

    kind: str
    nickname: str
    colour: int
    text: str


class Scrollback:
    """The rows, and the colours of those who are named in them."""

    def __init__(self) -> None:
        self.total = 0  # rows so far: the number of the newest one
        self._rows: deque[Row] = deque(maxlen=MAX_ROWS)
        self._colours: dict[str, int] = {}

    def add(self, event: Event) -> None:
        """Add the row for `event`."""
        match event:
            case Said(nickname, text):
                row = Row("said", nickname, self.colour(nickname), text)
            case Joined(nickname):
                row = Row("notice", nickname, self.colour(nickname), "joined")
            case Left(nickname):
                row = Row("notice", nickname, self.colour(nickname), "left")
            case Refused(reason):
                row = Row("warning", "", 0, f"Refused: {reason} (arrow up brings your text back)")
            case Gone(reason):
                row = Row("warning", "", 0, f"Out of the room: {reason.removesuffix(AGAIN)}")
        self._append(row)

    def note(self, text: str) -> None:
        """Add a row that no event has brought."""
        self._append(Row("notice", "", 0, text))

    def _append(self, row: Row) -> None:
        self._rows.append(row)
        self.total += 1

    def after(self, number: int) -> tuple[int, list[Row]]:
        """The rows numbered above `number` that are still kept, behind the number of the first of them."""
        rows = list(self._rows)[-(self.total - number) :] if number < self.total else []
        return self.total - len(rows) + 1, rows

    def colour(self, nickname: str) -> int:
        """The colour of `nickname`: 0 to COLOURS - 1."""
        if nickname in self._colours:
            return self._colours[nickname]
        home = crc32(nickname.encode()) % COLOURS
        if len(self._colours) == COLOURS:  # all are taken; remembering no more also bounds the memory
            return home
        taken = self._colours.values()
        colour = next(c % COLOURS for c in range(home, home + COLOURS) if c % COLOURS not in taken)
        self._colours[nickname] = colour
        return colour
