"""From a trace's records to its streams. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import Any

from chatlab.room.addresses import Address
from chatlab.trace.records import Snapshot, Step, Transport, Way
from chatlab.trace.stream.piece import Piece
from chatlab.trace.stream.stream import Stream
from chatlab.trace.stream.svg import draw

# Bytes of one direction that are shown: the newest ones.
SHOWN = 256
_END_WORDS = {Step.ENDED: "ended", Step.END_READ: "ended", Step.RESET: "reset"}


@dataclass(slots=True)
class _Calls:
    """What one end did with one direction: the sizes of its calls, behind bytes that are not kept any more."""

    begin: int = 0
    sizes: list[int] = field(default_factory=list)
    data: bytearray = field(default_factory=bytearray)

    def add(self, data: bytes) -> None:
        self.sizes.append(len(data))
        self.data += data

    def touching(self, start: int, stop: int) -> tuple[Piece, ...]:
        pieces = (Piece(*ends) for ends in pairwise(accumulate(self.sizes, initial=self.begin)))
        return tuple(piece for piece in pieces if piece.touches(start, stop))

    @property
    def end(self) -> int:
        return self.begin + len(self.data)


class Streams(tuple[Stream, ...]):
    """Several streams. The last line of a notebook's cell shows their picture; `str` gives the same as text."""

    def __str__(self) -> str:
        return "\n\n".join(map(str, self))

    def __repr__(self) -> str:
        return f"<{len(self)} streams>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"image/svg+xml": draw(self), "text/plain": str(self)}

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """IPython prints every tuple as one, whatever the bundle has for text, unless it finds this."""
        printer.text(str(self))


def streams_of(snapshot: Snapshot, shown: int = SHOWN) -> Streams:
    """The streams in which bytes have passed, in the order of their beginning: of each the newest `shown` bytes."""
    calls: dict[Way, dict[Step, _Calls]] = {}
    ends: dict[Way, str] = {}
    strangers: dict[Address, str] = {}
    for record in snapshot.records:
        if record.transport is not Transport.TCP:
            continue
        way = snapshot.relayed.get((record.source, record.destination), (record.source, record.destination))
        if record.step in (Step.SENT, Step.RECEIVED):
            begin = snapshot.forgotten.get((record.step, record.source, record.destination), 0)
            calls.setdefault(way, {}).setdefault(record.step, _Calls(begin)).add(record.data)
        elif word := _END_WORDS.get(record.step):
            ends[way] = word
    streams = []
    for way, by_step in calls.items():
        names = [
            snapshot.name_of(end, float("inf")) or strangers.setdefault(end, f"stranger {len(strangers) + 1}")
            for end in way
        ]
        watched = [end in snapshot.watched for end in way]
        streams.append(_stream(names, watched, by_step, ends.get(way, ""), shown))
    return Streams(streams)


def _stream(names: list[str], watched: list[bool], calls: Mapping[Step, _Calls], end: str, shown: int) -> Stream:
    nothing = _Calls()
    sent, received = calls.get(Step.SENT, nothing), calls.get(Step.RECEIVED, nothing)
    known = sent if watched[0] else received
    first = max(known.begin, known.end - shown)
    source, destination = names
    return Stream(
        source,
        destination,
        first,
        bytes(known.data[first - known.begin :]),
        sent.touching(first, known.end) if watched[0] else None,
        received.touching(first, known.end) if watched[1] else None,
        max(0, known.end - received.end) if all(watched) else 0,
        end,
    )
