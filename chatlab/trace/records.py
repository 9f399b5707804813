"""What a trace writes down: one record for each thing that happened at a socket or in a relay. Pure data.

A datagram between two watched sockets gives two records, SENT at one end and RECEIVED at the other; between a watched
and an unwatched socket, one. TCP's bytes are recorded as the pieces that `send` took and `recv` returned.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import NamedTuple

from chatlab.room.addresses import Address

# From one end to another.
Way = tuple[Address, Address]


class Transport(Enum):
    UDP = auto()
    TCP = auto()


class Step(Enum):
    """What happened. The source of a record is the end that caused it, at whichever end it was seen."""

    SENT = auto()
    RECEIVED = auto()
    CARRIED = auto()  # a relay decided the fate of a datagram
    CONNECTED = auto()
    ENDED = auto()  # the source says no more (FIN), or has closed its UDP socket; seen at its own end
    END_READ = auto()  # the same; the other end has read all that came before
    RESET = auto()  # of the connection; or the network says that the source's UDP port is closed


@dataclass(frozen=True, slots=True)
class Record:
    """`time`: seconds of the trace's clock. `delays`: for CARRIED, the delay of each copy in seconds; none if lost."""

    time: float
    step: Step
    transport: Transport
    source: Address
    destination: Address
    data: bytes = b""
    delays: tuple[float, ...] = ()


class Named(NamedTuple):
    """The name of an address from the time `since` on."""

    since: float
    name: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that a picture is drawn from.

    `watched`: the ends where every datagram and piece is seen. `relays`: the addresses of relays, which are part of the
    network and no party. `names`: of each end that is known, from the oldest to the newest. `began`: when the first
    record was made, which need not be among these. `forgotten`: how many bytes of a stream were sent or received
    before the oldest record that is kept. `relayed`: a connection through a relay is two; from a direction of
    either, this leads to that direction of the whole.
    """

    records: tuple[Record, ...]
    watched: frozenset[Address]
    relays: frozenset[Address]
    names: Mapping[Address, tuple[Named, ...]]
    began: float = 0.0
    forgotten: Mapping[tuple[Step, Address, Address], int] = field(default_factory=dict)
    relayed: Mapping[Way, Way] = field(default_factory=dict)

    def name_of(self, end: Address, time: float) -> str | None:
        """Its name at that time, or the first one that is known."""
        names = self.names.get(end, ())
        return next((named.name for named in reversed(names) if named.since <= time), names[0].name if names else None)
