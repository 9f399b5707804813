"""How much crosses the room's socket."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Counts:
    """Datagrams since the server was made: `dropped` of those `received` found no room in a batch.

    `sent` are those that the system took.
    """

    received: int = 0
    dropped: int = 0
    sent: int = 0
