"""Arrows to a capture that Wireshark and tshark open (pcapng). Wants the package dpkt.

A trace sees what programs send and receive, not what the network makes of it. So the headers are made here, as they are
in a network without faults (RFC 768, RFC 9293): handshakes, sequence numbers, acknowledgements, ends. A comment on a
packet tells what became of it, such as "lost". A packet that was late stands where it arrived.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterable, Iterator
from typing import IO

from dpkt import pcapng  # type: ignore[import-untyped]
from dpkt.ip import IP  # type: ignore[import-untyped]
from dpkt.ip6 import IP6  # type: ignore[import-untyped]
from dpkt.tcp import TCP, TH_ACK, TH_FIN, TH_PUSH, TH_RST, TH_SYN  # type: ignore[import-untyped]
from dpkt.udp import UDP  # type: ignore[import-untyped]

from chatlab.room.addresses import Address
from chatlab.trace.arrows.arrow import Arrow, Ending, Kind

LINKTYPE_RAW = 101  # a packet begins with its IP header
SNAP_LENGTH = 262_144
# Bytes of a segment; with its headers it must be no longer than an IP packet can be (65,535 bytes).
SEGMENT = 65_000
WINDOW = 65_535
COMMENTS = {Ending.LOST: "lost", Ending.NOBODY_THERE: "nobody there", Ending.UNREAD: "nobody has read it"}


def write_capture(arrows: Iterable[Arrow], file: IO[bytes], epoch: float) -> None:
    """Write `arrows` to `file`. `epoch`: what to add to their times to get seconds since 1970."""
    writer = pcapng.Writer(file, snaplen=SNAP_LENGTH, linktype=LINKTYPE_RAW)
    connections: dict[frozenset[Address], _Connection] = {}
    for arrow in sorted(arrows, key=lambda arrow: arrow.stands_at):
        comment = "again" if arrow.is_repeat else COMMENTS.get(arrow.ending, "")
        for packet in _packets(arrow, connections):
            writer.writepkt(_block(packet, comment), arrow.stands_at + epoch)


def _packets(arrow: Arrow, connections: dict[frozenset[Address], _Connection]) -> Iterator[bytes]:
    if arrow.kind is Kind.DATAGRAM:
        header = UDP(sport=arrow.source[1], dport=arrow.destination[1], ulen=8 + len(arrow.data), data=arrow.data)
        yield _ip_packet(arrow.source[0], arrow.destination[0], header)
        return
    ends = frozenset((arrow.source, arrow.destination))
    if arrow.kind is Kind.CONNECT or ends not in connections:
        # Where its beginning is not kept, it is made up all the same: without one, no stream can be followed.
        client, server = arrow.source, arrow.destination
        connections[ends] = _Connection(client, server)
        yield from connections[ends].open()
    yield from connections[ends].carry(arrow)


class _Connection:
    """Both directions of a TCP connection: the number of the next byte of each end."""

    def __init__(self, client: Address, server: Address) -> None:
        self._next = {client: 0, server: 0}
        self._client, self._server = client, server

    def open(self) -> Iterator[bytes]:
        yield self._segment(self._client, TH_SYN)
        yield self._segment(self._server, TH_SYN | TH_ACK)
        yield self._segment(self._client, TH_ACK)

    def carry(self, arrow: Arrow) -> Iterator[bytes]:
        match arrow.kind:
            case Kind.PIECE:
                for start in range(0, len(arrow.data), SEGMENT):
                    yield self._segment(arrow.source, TH_PUSH | TH_ACK, arrow.data[start : start + SEGMENT])
                    yield self._segment(arrow.destination, TH_ACK)
            case Kind.END:
                yield self._segment(arrow.source, TH_FIN | TH_ACK)
                yield self._segment(arrow.destination, TH_ACK)
            case Kind.RESET:
                yield self._segment(arrow.source, TH_RST | TH_ACK)

    def _segment(self, source: Address, flags: int, data: bytes = b"") -> bytes:
        destination = self._server if source == self._client else self._client
        number = self._next[source]
        # A SYN and a FIN count as a byte (RFC 9293, section 3.4).
        self._next[source] += len(data) + bool(flags & (TH_SYN | TH_FIN))
        header = TCP(
            sport=source[1],
            dport=destination[1],
            seq=number % 2**32,
            ack=self._next[destination] % 2**32 if flags & TH_ACK else 0,
            flags=flags,
            win=WINDOW,
            data=data,
        )
        return _ip_packet(source[0], destination[0], header)


def _ip_packet(source: str, destination: str, content: UDP | TCP) -> bytes:
    """dpkt computes the checksums."""
    family = socket.AF_INET6 if ":" in source else socket.AF_INET
    protocol = socket.IPPROTO_TCP if isinstance(content, TCP) else socket.IPPROTO_UDP
    ends = {"src": socket.inet_pton(family, source), "dst": socket.inet_pton(family, destination)}
    if family == socket.AF_INET6:
        packet = IP6(**ends, nxt=protocol, hlim=64, plen=len(content), data=content)
        packet.extension_hdrs = {}  # or dpkt counts some that are not there
    else:
        packet = IP(**ends, p=protocol, len=20 + len(content), data=content)
    return bytes(packet)


def _block(packet: bytes, comment: str) -> pcapng.EnhancedPacketBlock:
    little = sys.byteorder == "little"
    block = pcapng.EnhancedPacketBlockLE if little else pcapng.EnhancedPacketBlock
    option = pcapng.PcapngOptionLE if little else pcapng.PcapngOption
    options = [option(code=pcapng.PCAPNG_OPT_COMMENT, text=comment), option(code=pcapng.PCAPNG_OPT_ENDOFOPT)]
    return block(pkt_data=packet, caplen=len(packet), pkt_len=len(packet), opts=options if comment else [])
