"""Streams as an SVG picture, to scale: each byte is as wide as any other.

    boxes above      what each call of `send` took
    the bytes        letters; what is no letter of ASCII as its number, in hex
    boxes below      what each call of `recv` gave
    dashed lines     where a message ends

Strangers' words are escaped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import NamedTuple

from chatlab.trace.picture.colours import CARD, IN_THE_DARK, LIGHT, THEME
from chatlab.trace.stream.piece import Piece
from chatlab.trace.stream.stream import Stream
from chatlab.trace.stream.text_twin import OTHER, ROW, letter

CELL = 11  # the width of a byte
LEFT = 72  # where the bytes begin
BAND = 17  # the height of a row of boxes, and of the bytes
TITLE = 24
SPACE = 12  # below a row
RIGHT = 14
# Bytes in one row of a live picture, which stands beside people.
LIVE_ROW = 48
# A box that is as wide says its number of bytes.
SAYS = 2 * CELL
MONO = "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
SANS = "system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif"
Colours = Mapping[str, str]


class _Row(NamedTuple):
    """Bytes that stand beside each other, at the height `top`; the first is number `start`."""

    stream: Stream
    start: int
    data: bytes
    top: int

    def x(self, byte: int) -> int:
        return LEFT + (byte - self.start) * CELL


def draw(streams: Sequence[Stream], *, live: bool = False) -> str:
    """The picture of all of them, one below the other. A live one follows JupyterLab's theme."""
    colours, in_row = (THEME, LIVE_ROW) if live else (LIGHT, ROW)
    wide = LEFT + in_row * CELL + RIGHT
    body: list[str] = []
    top = 8
    for stream in streams:
        body.append(_text(12, top + 13, stream.title, colours["ink"], f'font-family="{SANS}" font-weight="600"'))
        top += TITLE
        for start in range(stream.first, stream.first + len(stream.data), in_row):
            row = _Row(stream, start, stream.data[start - stream.first :][:in_row], top)
            body += _row(row, colours)
            top += 3 * BAND + SPACE
    words = "\n\n".join(map(str, streams))
    return "".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{top}" viewBox="0 0 {wide} {top}" '
            f'role="img" class="{CARD}" style="max-width: 100%; height: auto" font-size="11">',
            "" if live else f"<style>@media (prefers-color-scheme: dark) {{{IN_THE_DARK}}}</style>",
            f"<title>Streams of bytes</title><desc>{escape(words)}</desc>",
            f'<rect x="0.5" y="0.5" width="{wide - 1}" height="{top - 1}" rx="6" fill="{colours["ground"]}" '
            f'stroke="{colours["frame"]}"/>',
            *body,
            "</svg>",
        ]
    )


def _row(row: _Row, colours: Colours) -> Iterator[str]:
    stop = row.start + len(row.data)
    middle, below = row.top + BAND, row.top + 2 * BAND
    if row.stream.sent is not None:
        yield _text(12, row.top + 12, "sent", colours["faint"], f'font-family="{SANS}"')
        for piece in row.stream.sent:
            yield from _box(row, piece, row.top, colours["box"], colours)
    for byte, value in enumerate(row.data, row.start):
        shown, size = letter(value), 12
        if shown == OTHER:
            shown, size = f"{value:02x}", 8
        centre = row.x(byte) + CELL / 2
        more = f'font-family="{MONO}" font-size="{size}" text-anchor="middle"'
        yield _text(centre, middle + 12, shown, colours["faint" if value == ord("\n") else "ink"], more)
    if row.stream.received is not None:
        yield _text(12, below + 12, "received", colours["faint"], f'font-family="{SANS}"')
        for piece in row.stream.received:
            yield from _box(row, piece, below, colours["ground"], colours)
    for message in row.stream.messages:
        if row.start < message.stop <= stop and row.stream.data[message.stop - 1 - row.stream.first] == ord("\n"):
            x = row.x(message.stop)
            path = f"M{x} {row.top - 3}V{below + BAND + 3}"
            yield f'<path d="{path}" stroke="{colours["late"]}" stroke-width="1.5" stroke-dasharray="3 2"/>'


def _box(row: _Row, piece: Piece, top: int, fill: str, colours: Colours) -> Iterator[str]:
    """Open on the side where the piece goes on in another row. Its number stands in the first part with room for it."""
    stop = row.start + len(row.data)
    begin, end = piece.within(row.start, stop)
    if begin == end:
        return
    left, right = row.x(begin) + 1, row.x(end) - 1
    y, high = top + 2, BAND - 4
    yield f'<rect x="{left}" y="{y}" width="{right - left}" height="{high}" fill="{fill}"/>'
    sides = ("v" if piece.start >= row.start else "m0 ", "v-" if piece.stop <= stop else "m0 -")
    outline = f"M{left} {y}{sides[0]}{high}h{right - left}{sides[1]}{high}h-{right - left}"
    yield f'<path d="{outline}" fill="none" stroke="{colours["faint"]}"/>'
    before = (row.start - max(piece.start, row.stream.first)) * CELL  # in the rows above
    if before < SAYS <= right - left + 2:
        number = f"{piece.stop - piece.start:,}"
        more = f'font-family="{SANS}" font-size="10" text-anchor="middle"'
        yield _text((left + right) / 2, top + 12, number, colours["faint"], more)


def _text(x: float, y: float, text: str, colour: str, more: str) -> str:
    return f'<text x="{x:g}" y="{y:g}" fill="{colour}" xml:space="preserve" {more}>{escape(text)}</text>'
