"""What a room wants sent, and what each reader is owed of it. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

# Whatever the server knows one connection by.
Connection = TypeVar("Connection", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Delivery(Generic[Connection]):
    """`lines` are to go to each of `recipients`.

    They are what one connection says to the same people, encoded once. If they are the `last`, their one recipient's
    connection ends with them; they may then be b''.
    """

    lines: bytes
    recipients: tuple[Connection, ...]
    last: bool = False


def owed(due: Sequence[Delivery[Connection]]) -> Iterable[tuple[Connection, Sequence[bytes]]]:
    """What each recipient is to get: a reader costs one `send`, however many lines there are for it."""
    if len(due) == 1:  # nothing to join: the quick way, when the room is quiet
        return dict.fromkeys(due[0].recipients, (due[0].lines,)).items()
    pieces: defaultdict[Connection, list[bytes]] = defaultdict(list)
    for delivery in due:
        for recipient in delivery.recipients:
            pieces[recipient].append(delivery.lines)
    return pieces.items()
