"""What has arrived and waits for the room: bounded, and fair to each sender. Pure.

One who floods the room fills its own share of a batch and takes nobody else's place.
"""

from __future__ import annotations

from typing import NamedTuple

from chatlab.room.addresses import Address

# All senders together; with datagrams of the default limit that is about 12 MB.
BATCH_DATAGRAMS = 10_000


class Arrival(NamedTuple):
    """A datagram, and where it came from."""

    datagram: bytes
    address: Address


class Batch:
    """Up to BATCH_DATAGRAMS arrivals, up to `share` of one sender; of each, up to `size` bytes.

    `dropped` counts those that found no room.
    """

    def __init__(self, share: float, size: int) -> None:
        self.arrivals: list[Arrival] = []
        self.dropped = 0
        self._share = share
        self._size = size
        self._senders: dict[Address, int] = {}  # how many arrivals are of each

    def add(self, datagram: bytes, address: Address) -> None:
        arrived = self._senders.get(address, 0) + 1
        if len(self.arrivals) < BATCH_DATAGRAMS and arrived <= self._share:
            self._senders[address] = arrived
            self.arrivals.append(Arrival(datagram[: self._size], address))
        else:
            self.dropped += 1
