"""Where the bytes wait that a room has for one member, as bars and in words. Pure.

outbox            the room's own memory; what is above its limit puts the member out
send buffer       the room's system: what `send` took
receive buffer    the member's system: what has arrived there, and was not read

Each bar is told to screen readers as a meter. Nothing in here comes from strangers, but for names: they are escaped.
"""

from __future__ import annotations

from html import escape
from typing import NamedTuple

FULL = 0.9  # of a buffer: none is full to the byte, since a packet takes more room than its bytes
NO_OUTBOX = "No outbox: when both buffers are full, this room waits."


class Bar(NamedTuple):
    """`size` of at most `most` bytes."""

    name: str
    size: int
    most: int

    @property
    def share(self) -> float:
        return min(1.0, self.size / self.most) if self.most else 0.0

    @property
    def words(self) -> str:
        return f"{self.size:,} of {self.most:,} bytes"

    @property
    def is_full(self) -> bool:
        return self.share >= FULL


class Fill(NamedTuple):
    """Where bytes wait, from the room to the member: `outbox`, `sending`, `receiving`."""

    outbox: Bar
    sending: Bar
    receiving: Bar

    def __str__(self) -> str:
        return "\n".join(f"{bar.name}: {bar.words}" for bar in self)


def fill_of(member: str, outbox: tuple[int, int], unread: int, arrived: int, capacity: tuple[int, int]) -> Fill:
    """`outbox`: its bytes, and its limit. `unread`: bytes in both kernels; `arrived`: those of them that could be read
    at once. `capacity`: bytes that fit into the one and into the other, by and large: the send buffer is full when, and
    only when, lines wait in the outbox.
    """
    receiving = min(arrived, unread)
    sending = unread - receiving
    room = sending if outbox[0] else max(sending, capacity[0])
    return Fill(
        Bar("Outbox, in the room's memory, to its limit", *outbox),
        Bar("Send buffer, in the room's system", sending, room),
        Bar(f"Receive buffer, in {member}'s system", receiving, max(receiving, capacity[1])),
    )


def draw(fill: Fill) -> str:
    """HTML: a row for each of them. A room that has no outboxes has 0 for their limit."""
    outbox = _row(fill.outbox) if fill.outbox.most else f"<div>{escape(NO_OUTBOX)}</div>"
    return f'<div class="chatlab-bars">{outbox}{_row(fill.sending)}{_row(fill.receiving)}</div>'


def _row(bar: Bar) -> str:
    name = escape(bar.name)
    kind = ' class="chatlab-full"' if bar.is_full else ""
    return (
        f"<div{kind}><span>{name}</span>"
        f'<div role="meter" aria-label="{name}" aria-valuemin="0" aria-valuemax="{bar.most}" '
        f'aria-valuenow="{bar.size}" aria-valuetext="{bar.words}"><i style="width: {bar.share:.1%}"></i></div>'
        f"<span>{bar.words}{', full' * bar.is_full}</span></div>"
    )
