"""What there is to tell of a slow reader: where its bytes wait, whether it is in the room, and what it has read."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Protocol

from chatlab.panels.slow_reader.bars import Fill, fill_of
from chatlab.panels.slow_reader.capacity import measure
from chatlab.panels.slow_reader.crowd import NAME
from chatlab.panels.slow_reader.slow_reader import RECEIVE_BUFFER, SlowReader
from chatlab.service.interfaces import HasAddress
from chatlab.tcp.limits import Limits
from chatlab.trace import Trace
from chatlab.trace.stream.unread import unread


class Room(HasAddress, Protocol):
    """Such as a TcpServer."""

    limits: Limits
    send_buffer: int

    @property
    def outboxes(self) -> Mapping[str, int]: ...

    @property
    def nicknames(self) -> tuple[str, ...]: ...

    @property
    def running(self) -> bool: ...

    def start(self) -> object: ...

    def close(self) -> None: ...


class Report:
    """On `reader`, as `room` and `trace` know of it."""

    def __init__(self, reader: SlowReader, room: Room, trace: Trace) -> None:
        self._reader = reader
        self._room = room
        self._trace = trace
        self._capacity = measure(room.send_buffer, RECEIVE_BUFFER)
        self._was_in = False

    @property
    def name(self) -> str:
        """As HTML."""
        return escape(self._reader.nickname)

    @property
    def is_out(self) -> bool:
        """Whether it may come in again: so it may if it was put out and does not know it yet."""
        is_in = self._reader.nickname in self._room.nicknames
        return bool(self._reader.end) or not self._room.running or (self._was_in and not is_in)

    def joins(self) -> None:
        """It comes in, once more perhaps."""
        self._was_in = False

    def fill(self) -> Fill:
        """Where the bytes for it wait now."""
        reader, room = self._reader, self._room
        waits = room.outboxes.get(reader.nickname, 0)
        under_way = unread(self._trace.snapshot()).get(reader.way, 0) if reader.way and not reader.end else 0
        outbox = (waits, room.limits.max_outbox)
        return fill_of(reader.nickname, outbox, under_way, reader.arrived, self._capacity)

    def status(self) -> str:
        """How it stands with the room, in words."""
        reader = self._reader
        if reader.end:
            return f"is out: {reader.end}"
        if reader.nickname in self._room.nicknames:
            self._was_in = True
            return f"is in the room, and {reader.pace.value}"
        return "was put out, and has not read so far as to know it" if self._was_in else "comes in"

    def details(self, problem: str) -> str:
        """What it has read, and what waits for the others, as HTML. `problem`: why the crowd says nothing, if so."""
        reader = self._reader
        heard = f": the last line is <q>{escape(reader.heard)}</q>" if reader.heard else ""
        lines = [f"{self.name} has read {reader.received:,} bytes{heard}"]
        if self._room.limits.max_outbox:
            waits = self._room.outboxes.items()
            others = [f"{escape(name)} {size:,} bytes" for name, size in waits if name not in (reader.nickname, NAME)]
            lines.append(f"In the outboxes of the others: {', '.join(others) or 'nobody else is here'}")
        lines += [f"The crowd: {escape(problem)}"] * bool(problem)
        return "".join(f"<div>{line}</div>" for line in lines)
