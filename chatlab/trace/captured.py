"""A capture of TCP connections to one server, as tcpdump makes it, drawn as a ladder. Wants the package dpkt.

A socket shows bytes, and where they end. A capture shows what TCP makes of them: segments, each with the number of its
first byte, the number of the byte that is expected next from the other side, and flags (RFC 9293, section 3.1). As in
Wireshark, the numbers count from the beginning of each connection; on the wire they begin anywhere (section 3.4.1).
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from dpkt import UnpackError  # type: ignore[import-untyped]
from dpkt.ethernet import Ethernet  # type: ignore[import-untyped]
from dpkt.pcap import UniversalReader  # type: ignore[import-untyped]
from dpkt.tcp import TCP, TH_ACK, TH_FIN, TH_RST, TH_SYN  # type: ignore[import-untyped]

from chatlab.room.addresses import Address
from chatlab.trace.arrows.arrow import Arrow, Kind
from chatlab.trace.names import ROOM, columns
from chatlab.trace.picture.ladder import Axis, Ladder
from chatlab.trace.picture.row import Row
from chatlab.trace.picture.svg import draw

FLAGS = {TH_SYN: "SYN", TH_FIN: "FIN", TH_RST: "RST", TH_ACK: "ACK"}


class Capture:
    """The capture in the file `path`. The last line of a notebook's cell shows its ladder; `str` gives it as text.

    `clients`: their names, in the order in which they connect. `axis`: see Ladder. Raises OSError, and ValueError for
    a file that is no capture of TCP over Ethernet or the loopback.
    """

    def __init__(self, path: str | os.PathLike[str], clients: Sequence[str] = ("ada", "bob"), axis: Axis = "events"):
        self._names: dict[Address, str] = {}
        self._unnamed = list(clients)
        self._first: dict[tuple[Address, Address], int] = {}  # the number of a direction's SYN
        self._numbers: dict[object, int] = {}  # the message's number on the ladder, of each segment
        with Path(path).open("rb") as file:
            try:
                rows = tuple(self._row(*segment) for segment in _segments(UniversalReader(file)))
            except (ValueError, UnpackError) as error:
                raise ValueError(f"{os.fspath(path)} is not a capture of TCP: {error}") from error
        self.ladder = Ladder(columns(self._names.values()), rows, 0, axis, rows[0].arrow.left if rows else 0.0)

    def _row(self, time: float, source: Address, destination: Address, segment: Any) -> Row:
        way, back = (source, destination), (destination, source)
        if segment.flags & TH_SYN:
            self._first[way] = segment.seq
            if not segment.flags & TH_ACK:
                self._names.setdefault(source, self._unnamed.pop(0) if self._unnamed else f"client {source[1]}")
                self._names.setdefault(destination, ROOM)
        number, expected = segment.seq - self._first.setdefault(way, 0), segment.ack - self._first.get(back, 0)
        takes = len(segment.data) + bool(segment.flags & (TH_SYN | TH_FIN))
        key = (way, number, takes) if takes else len(self._numbers)
        is_repeat = key in self._numbers
        message = self._numbers.setdefault(key, len(self._numbers) + 1)
        flags = [name for flag, name in FLAGS.items() if segment.flags & flag]
        if takes and not segment.flags & (TH_SYN | TH_FIN | TH_RST):
            flags = []  # what carries bytes acknowledges on the way
        parts = [" ".join(flags)] * bool(flags) + [f"seq {number}"] * bool(takes or segment.flags & TH_RST)
        parts += [f"ack {expected}"] * bool(segment.flags & TH_ACK)
        header = ", ".join(parts)
        arrow = Arrow(
            Kind.SEGMENT, source, destination, time, time, bytes(segment.data), is_repeat=is_repeat, header=header
        )
        return Row(message, self._names[source], self._names[destination], arrow)

    def __str__(self) -> str:
        return str(self.ladder)

    def __repr__(self) -> str:
        return f"<capture of {len(self.ladder.rows)} segments>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"image/svg+xml": draw(self.ladder), "text/plain": str(self)}


def _segments(packets: Any) -> Iterator[tuple[float, Address, Address, Any]]:
    """When each was captured, between whom, and what. Raises UnpackError."""
    for time, packet in packets:
        ip = Ethernet(packet).data
        segment = getattr(ip, "data", None)
        if isinstance(segment, TCP):
            family = socket.AF_INET if len(ip.src) == 4 else socket.AF_INET6
            source, destination = (socket.inet_ntop(family, host) for host in (ip.src, ip.dst))
            yield time, (source, segment.sport), (destination, segment.dport), segment
