"""What went each way on the wire, as lines to read under a message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from chatlab.room.wire_text import shorten, visible

LONGEST_DATA = 72  # cells


class Crossing(NamedTuple):
    """`data` went from `sender` to `receiver`."""

    sender: str
    receiver: str
    data: bytes


def transcript(crossings: Sequence[Crossing]) -> list[str]:
    """A line for each: who to whom, how many bytes, which ones."""
    way = max((len(f"{sender} → {receiver}") for sender, receiver, _ in crossings), default=0)
    size = max((len(str(len(data))) for *_, data in crossings), default=0)
    return [
        f"{f'{sender} → {receiver}':<{way}}  {len(data):>{size}} B  {_shown(data)}".rstrip()
        for sender, receiver, data in crossings
    ]


def _shown(data: bytes) -> str:
    # What would be cut off anyway is not made visible first: 64 KB of it takes a while.
    return shorten(visible(data[: 16 * LONGEST_DATA]), LONGEST_DATA)
