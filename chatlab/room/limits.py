"""What one client may cost a room, whichever protocol carries its words. Pure.

A limit is a field of a dataclass, with three words about it in its metadata: `help`, `least` (below that, a program's
room is of no use) and `most` (above that, something else breaks first: a buffer, or a client).
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from chatlab.room.nicknames import MAX_LENGTH

BURST_SECONDS = 5


@dataclass(frozen=True, slots=True)
class RoomLimits:
    """Raises ValueError for a limit below 0 or above its `most`. Its text is one line that names the highest value."""

    max_members: int = field(default=1000, metadata={"help": "members in the room", "least": 1, "most": 100_000})
    rate_limit: float = field(
        default=20,
        metadata={
            "help": f"messages a second of one member, {BURST_SECONDS} s of it at once; 0: any",
            "most": 1_000_000,
        },
    )

    def __post_init__(self) -> None:
        for limit in fields(self):
            value = getattr(self, limit.name)
            if fault := out_of_bounds(value, 0, limit.metadata.get("most", float("inf"))):
                raise ValueError(f"{limit.name}: {value} {fault}")

    @property
    def burst(self) -> float:
        """Messages that a member may say at once, after a silence: at least one; 0: any number."""
        return max(1, self.rate_limit * BURST_SECONDS) if self.rate_limit else 0


def longest_text(room_for: int) -> int:
    """How many bytes a member may say at once, so that `<nickname>: <text>` fits into `room_for` bytes, whatever it is.

    A letter of the nickname has up to 4 bytes in UTF-8, and a byte of the text that is not UTF-8 becomes U+FFFD, which
    has 3.
    """
    return (room_for - 4 * MAX_LENGTH - len(": ")) // 3


def out_of_bounds(value: float, least: float, most: float) -> str:
    """What is wrong with `value`, for an error message; '' if it is from `least` to `most`."""
    if value > most:
        return f"is too much: the highest that works is {most}"
    return "" if value >= least else f"is not a number of {least:g} or more"
