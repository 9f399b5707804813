"""Datagrams that are still under way, the next to arrive first. Pure: told the time."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import Generic, TypeVar

Item = TypeVar("Item")

# For all datagrams together, in bytes; each costs some more than it has.
MAX_BYTES = 16 * 1024 * 1024
DATAGRAM_COST = 200


class InFlight(Generic[Item]):
    """A heap of (arrival in seconds, datagram, an item that says where it goes), bounded by MAX_BYTES.

    Of those that arrive at the same time, the one that was added first comes out first.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, bytes, Item]] = []
        self._added = 0
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._heap)

    def has_room_for(self, datagram: bytes, copies: int) -> bool:
        return self._bytes + copies * _cost(datagram) <= MAX_BYTES

    def add(self, arrives_at: float, datagram: bytes, item: Item) -> None:
        heapq.heappush(self._heap, (arrives_at, self._added, datagram, item))
        self._added += 1
        self._bytes += _cost(datagram)

    def next_arrival(self) -> float:
        """When the next one arrives; infinity if nothing is under way."""
        return self._heap[0][0] if self._heap else float("inf")

    def arrived(self, now: float) -> Iterator[tuple[bytes, Item]]:
        """Take out each that has arrived by `now`."""
        while self._heap and self._heap[0][0] <= now:
            _, _, datagram, item = heapq.heappop(self._heap)
            self._bytes -= _cost(datagram)
            yield datagram, item


def _cost(datagram: bytes) -> int:
    return len(datagram) + DATAGRAM_COST
