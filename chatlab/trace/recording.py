"""What a trace keeps: the newest records, who is who, and which addresses are watched ends or relays.

The newest MAX_RECORDS records are kept, and of their data about MAX_BYTES. Nothing is drawn here: a Snapshot is what
pictures are drawn from.
"""

from __future__ import annotations

import threading
import time as times
from collections import Counter, deque

from chatlab.room.addresses import Address
from chatlab.trace.names import ROOM, Names, keep_newest
from chatlab.trace.records import Record, Snapshot, Step, Transport, Way

MAX_RECORDS = 10_000
MAX_BYTES = 16 * 1024 * 1024


class Recording:
    """What crossed the wire so far. Any thread may use it. Addresses are (host, port): of IPv6's four parts, two."""

    clock = staticmethod(times.perf_counter)  # on Windows finer than time.monotonic

    def __init__(self) -> None:
        self.steps = 0  # changes whenever there is something new to draw
        self._lock = threading.Lock()
        self._names = Names()
        self._watched: set[Address] = set()
        self._relays: set[Address] = set()
        self._records: deque[Record] = deque()
        self._size = 0
        self._began = 0.0
        self._forgotten: Counter[tuple[Step, Address, Address]] = Counter()
        self._relayed: dict[Way, Way] = {}

    def name(self, address: Address, name: str) -> None:
        """Call the end at `address` by this name."""
        with self._lock:
            self._names.give(address[:2], name)

    def attend(self, address: Address, name: str) -> None:
        """From now on all that comes to the end at `address`, and all that leaves it, is recorded."""
        with self._lock:
            self._watched.add(address[:2])
            self._names.give(address[:2], name)

    def add(self, record: Record) -> None:
        """Keep `record`; its time is by `clock`, in seconds."""
        with self._lock:
            self.steps += 1
            self._names.learn(record)
            if not self._records or record.time < self._began:
                self._began = record.time
            self._records.append(record)
            self._size += len(record.data)
            while self._size > MAX_BYTES or len(self._records) > MAX_RECORDS:
                self._forget()

    def carry(
        self,
        source: Address,
        destination: Address,
        datagram: bytes,
        delays: tuple[float, ...],
        *,
        room: Address | None = None,
        relay: tuple[Address, ...] = (),
        at: float | None = None,
    ) -> None:
        """Record what the network decided: a copy of `datagram` after each of `delays`, in seconds; none: it is lost.

        `room`: the server that a relay stands before. `relay`: the relay's own addresses. A relay is part of the
        network and no party: what comes to it, and what it sends on, is not drawn once more. `at`: when, in seconds,
        where the time is simulated; None for now.
        """
        with self._lock:
            self._relays.update(address[:2] for address in relay)
            if room:
                self._names.give(room[:2], ROOM)
        time = self.clock() if at is None else at
        self.add(Record(time, Step.CARRIED, Transport.UDP, source[:2], destination[:2], datagram, delays))

    def relay(self, client: Address, relay: Address, seen_at: Address, server: Address) -> None:
        """A relay carries a TCP connection from `client` to `server`.

        It is two connections: the client's to `relay`, and another to the server, which sees that one's address
        `seen_at`. In pictures it is one, from end to end.
        """
        client, relay, seen_at, server = client[:2], relay[:2], seen_at[:2], server[:2]
        with self._lock:
            self._names.give(server, ROOM)
            for there in ((client, relay), (seen_at, server)):
                self._relayed[there] = client, server
                self._relayed[there[::-1]] = server, client
            keep_newest(self._relayed)

    def clear(self) -> None:
        """Forget what has crossed so far, but not who is who."""
        with self._lock:
            self.steps += 1  # so that panels draw it again
            while self._records:
                self._forget()

    def snapshot(self, newest: int = MAX_RECORDS) -> Snapshot:
        """What was recorded, or the `newest` records of it, to draw from."""
        with self._lock:
            records = tuple(self._records)[-newest:]
            ends = frozenset(self._watched), frozenset(self._relays)
            names, streams = dict(self._names.known), (dict(self._forgotten), dict(self._relayed))
            return Snapshot(records, *ends, names, self._began, *streams)

    def _forget(self) -> None:
        record = self._records.popleft()
        self._size -= len(record.data)
        if record.transport is Transport.TCP:
            self._forgotten[record.step, record.source, record.destination] += len(record.data)
            keep_newest(self._forgotten)
