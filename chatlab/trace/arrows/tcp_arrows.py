"""Connections to arrows: how they begin and end, and the pieces in which a stream came. Pure.

Where the reading end is watched, an arrow is a piece that `recv` returned, whatever the pieces that were sent, and it
leaves when its last byte was sent; what nobody has read yet is an arrow that does not arrive. Where the reading end is
not watched, an arrow is a piece that `send` took.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace

from chatlab.room.addresses import Address
from chatlab.trace.arrows.arrow import Arrow, Ending, Kind
from chatlab.trace.records import Record, Step

_KINDS = {Step.CONNECTED: Kind.CONNECT, Step.ENDED: Kind.END, Step.END_READ: Kind.END, Step.RESET: Kind.RESET}


class _Stream:
    """One direction of a connection. `_unread`: what is on its way to a watched end."""

    def __init__(self) -> None:
        self.has_ended = False
        self._unread: deque[Arrow] = deque()
        self._is_mid_line = False

    def send(self, arrow: Arrow) -> None:
        self._unread.append(arrow)

    def arrive(self, arrow: Arrow) -> Iterator[Arrow]:
        """`arrow` is read, or goes to an end that is not watched."""
        sent_at = self._read(arrow)
        if arrow.kind is Kind.PIECE:
            yield self._in_line(replace(arrow, left=sent_at))
        elif not self.has_ended:
            self.has_ended = True
            yield replace(arrow, left=sent_at)

    def rest(self) -> Iterator[Arrow]:
        """What has not been read."""
        for arrow in self._unread:
            yield replace(self._in_line(arrow), ending=Ending.UNREAD) if arrow.kind is Kind.PIECE else arrow

    def _in_line(self, piece: Arrow) -> Arrow:
        piece = replace(piece, is_mid_line=self._is_mid_line)
        self._is_mid_line = not piece.data.endswith(b"\n")
        return piece

    def _read(self, arrow: Arrow) -> float:
        """Take what `arrow` brings out of what is unread. Returns when the last of it was sent, if that is known."""
        sent_at = arrow.left
        if arrow.kind is Kind.END:
            while self._unread:
                sent_at = self._unread.popleft().left
        count = len(arrow.data)
        while count and self._unread:
            first = self._unread.popleft()
            sent_at = first.left
            if rest := first.data[count:]:
                self._unread.appendleft(replace(first, data=rest))
            count -= min(count, len(first.data))
        return sent_at


def tcp_arrows(records: Iterable[Record], watched: frozenset[Address]) -> list[Arrow]:
    """`records` in the order of time; `watched`: the ends where all that comes and goes is seen."""
    arrows: list[Arrow] = []
    streams: dict[tuple[Address, Address], _Stream] = {}
    for record in records:
        there, back = (record.source, record.destination), (record.destination, record.source)
        arrow = Arrow(_KINDS.get(record.step, Kind.PIECE), *there, record.time, record.time, record.data)
        if record.step is Step.CONNECTED:
            if there not in streams or (streams[there].has_ended and streams[back].has_ended):
                arrows.append(arrow)
                streams[there], streams[back] = _Stream(), _Stream()
            continue
        stream = streams.setdefault(there, _Stream())
        streams.setdefault(back, _Stream()).has_ended |= record.step is Step.RESET
        if record.step in (Step.SENT, Step.ENDED) and record.destination in watched:
            stream.send(arrow)
        else:
            arrows += stream.arrive(arrow)
    return arrows + [arrow for stream in streams.values() for arrow in stream.rest()]
