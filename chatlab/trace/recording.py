"""A trace: what crossed the wire, as a picture, as text, as a capture, and byte by byte.

Attach it to a server, a client or a relay (`UdpServer(trace=trace)`), or to a socket of your own (`trace.watch`), or to
several: what is seen at both ends is drawn once. The newest MAX_RECORDS records are kept, and of their data about
MAX_BYTES. All but recording is pure: records -> arrows -> picture. Lesson 06 uses it first.
"""

from __future__ import annotations

import io
import os
import socket
import threading
import time as times
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

from chatlab.room.addresses import Address
from chatlab.trace.names import ROOM, Names
from chatlab.trace.picture.arrows import arrows_of
from chatlab.trace.picture.bytes_view import BytesView
from chatlab.trace.picture.ladder import Ladder
from chatlab.trace.picture.ladder_svg import draw
from chatlab.trace.records import Record, Step, Talk, Transport
from chatlab.trace.watch.watched_socket import WatchedSocket
from chatlab.weather.fate import Direction

if TYPE_CHECKING:
    from chatlab.weather.relayed import Crossing

MAX_RECORDS = 10_000
MAX_BYTES = 16 * 1024 * 1024


class Trace:
    """What crossed the wire at the ends that it is attached to. Any thread may use it.

    The last line of a notebook's cell shows its message ladder; `str` gives the same as text.
    """

    clock = staticmethod(times.perf_counter)  # on Windows finer than time.monotonic

    def __init__(self) -> None:
        self.steps = 0  # changes whenever there is something new to draw
        self._started_at = times.time() - self.clock()
        self._lock = threading.Lock()
        self._names = Names()
        self._watched: set[Address] = set()
        self._relays: set[Address] = set()
        self._records: deque[Record] = deque()
        self._size = 0

    def watch(self, sock: socket.socket, name: str, peer_name: str = "") -> socket.socket:
        """The same socket, watched: use it in place of `sock`, which is empty from now on.

        `name`: of this end. `peer_name`: of the other end, where it is known. What a listening socket accepts is
        watched too. Raises ValueError for a socket without a port (AF_UNIX).
        """
        return WatchedSocket.take_over(sock, self, name, peer_name)

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
        """Keep `record`; its time is by the trace's `clock`, its addresses are (host, port)."""
        with self._lock:
            self.steps += 1
            self._names.learn(record)
            self._records.append(record)
            self._size += len(record.data)
            while self._size > MAX_BYTES or len(self._records) > MAX_RECORDS:
                self._size -= len(self._records.popleft().data)

    def cross(self, crossing: Crossing, relay: Address, server: Address) -> None:
        """Record what the relay at `relay`, before `server`, decided.

        A relay is part of the network and no party: what comes to it, and what it sends on, is not drawn once more.
        """
        source, destination = crossing.client[:2], server[:2]
        with self._lock:
            self._relays |= {relay[:2], crossing.seen_at[:2]}
            self._names.give(destination, ROOM)
        if crossing.direction is Direction.TO_CLIENT:
            source, destination = destination, source
        self.add(
            Record(
                self.clock(),
                Step.CARRIED,
                Transport.UDP,
                source,
                destination,
                crossing.datagram,
                crossing.fate.delays,
            )
        )

    def clear(self) -> None:
        """Forget what has crossed so far, but not who is who."""
        with self._lock:
            self.steps += 1  # so that who draws it looks again
            self._records.clear()
            self._size = 0

    def talk(self, newest: int = MAX_RECORDS) -> Talk:
        """What was recorded, or the `newest` records of it, to draw from."""
        with self._lock:
            records = tuple(self._records)[-newest:]
            return Talk(records, frozenset(self._watched), frozenset(self._relays), dict(self._names.known))

    @property
    def ladder(self) -> Ladder:
        """The message ladder of the newest messages."""
        return Ladder.of(self.talk())

    def message(self, number: int) -> BytesView:
        """The bytes of the message that has this number on the ladder. Raises KeyError if there is none."""
        return BytesView.of(Ladder.of(self.talk(), MAX_RECORDS).message(number))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a capture for Wireshark (pcapng). Raises OSError if it can't be written, ImportError without dpkt.

        Wireshark goes by the port: if it takes one for another protocol's (8805 is PFCP's), choose Decode As, "Data".
        """
        try:
            from chatlab.trace.picture.capture import write_capture  # noqa: PLC0415  # it wants a package that the rest does not
        except ImportError as error:
            raise ImportError("a capture needs the package dpkt: pip install -r requirements.txt") from error
        capture = io.BytesIO()  # first of all here, so that a file is whole or as it was
        write_capture(arrows_of(self.talk()), capture, self._started_at)
        Path(path).write_bytes(capture.getvalue())

    def __str__(self) -> str:
        return str(self.ladder)

    def __repr__(self) -> str:
        ladder = self.ladder
        return f"<trace of {ladder.earlier + len(ladder.rungs):,} messages>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        ladder = self.ladder
        return {"image/svg+xml": draw(ladder), "text/plain": str(ladder)}
