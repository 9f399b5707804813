"""One message byte by byte: hex, text and the names of its fields, side by side. Pure.

The fields are those of the room's protocols (`chatlab.udp.protocol`, `chatlab.tcp.protocol`); bytes that follow neither
are a text. `str` is the table as text; a notebook shows it as a table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import NamedTuple

from chatlab.trace.names import ROOM
from chatlab.trace.picture.arrow import Kind
from chatlab.trace.picture.ladder import Row
from chatlab.trace.picture.wire_text import visible, width

ROW = 8  # bytes
HEADINGS = ("at", "bytes", "text", "field")

# What the reliable room puts in front (`chatlab.udp.reliable.frames`).
_FRAME = re.compile(rb"(?P<command>(MSG|ACK|RST)_TAG:)(?P<session>[0-9a-f]{8})( (?P<number>[0-9]{1,12}))?( |$)")
# What the room says, and what a member says to it.
_FROM_ROOM = {
    Kind.DATAGRAM: (
        rb"(?P<command>REFUSED_TAG:)(?P<reason>.*)",
        rb"(?P<command>PROVE_TAG:)(?P<token>[0-9a-f]{16})",
        rb"(?P<nickname>[^\s:]+)(?P<notice> (joined|left)!)",
        rb"(?P<nickname>[^\s:]+)(?P<separator>: )(?P<text>.*)",
    ),
    Kind.PIECE: (
        rb"(?P<command>NICK|ERROR)(?P<reason> [^\r\n]*)?(?P<newline>\r?\n)",
        rb"(?P<notice>Connected to the server!)(?P<newline>\r?\n)",
        rb"(?P<nickname>[^\s:]+)(?P<notice> (joined the chat|left the chat!))(?P<newline>\r?\n)",
        rb"(?P<nickname>[^\s:]+)(?P<separator>: )(?P<text>[^\r\n]*)(?P<newline>\r?\n)",
        rb"(?P<text>[^\r\n]*)(?P<newline>\r?\n)",
    ),
}
_FROM_MEMBER = {
    Kind.DATAGRAM: (
        rb"(?P<command>SIGNUP_TAG:)(?P<nickname>[^ ]*)( (?P<token>[0-9a-f]{16}))?(?P<padding> *)",
        rb"(?P<command>SIGNOUT_TAG:)(?P<text>.*)",
        rb"(?P<nickname>%b)(?P<separator>: )(?P<text>.*)",
    ),
    Kind.PIECE: (
        rb"(?P<nickname>%b)(?P<separator>: )(?P<text>[^\r\n]*)(?P<newline>\r?\n)",
        rb"(?P<text>[^\r\n]*)(?P<newline>\r?\n)",
    ),
}


class Field(NamedTuple):
    """Up to ROW bytes of one field; `offset`: how many bytes of the message come before them."""

    offset: int
    data: bytes
    field: str


@dataclass(frozen=True, slots=True)
class BytesView:
    """The bytes of one message. `title`: one line that says which."""

    title: str
    rows: tuple[Field, ...]

    @classmethod
    def of(cls, row: Row) -> BytesView:
        data = row.arrow.data
        messages = row.arrow.lines if row.arrow.kind is Kind.PIECE else [data]
        fields = [field for message in messages for field in _fields(message, row)]
        title = f"Message {row.number}, {row.source} -> {row.destination}: {len(data):,} bytes"
        return cls(title, tuple(_rows(fields)))

    def __str__(self) -> str:
        table = [HEADINGS, *self._cells()]
        widths = [max(map(width, column)) for column in zip(*table, strict=True)]
        lines = (
            "  ".join(cell + " " * (w - width(cell)) for cell, w in zip(row, widths, strict=True)) for row in table
        )
        return "\n".join([self.title, *map(str.rstrip, lines)])

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """Not coloured, so that it follows the theme, also in a notebook that is not trusted."""
        head = "".join(f'<th style="text-align: left">{heading}</th>' for heading in HEADINGS)
        rows = "".join(f"<tr>{''.join(map(_html_cell, cells))}</tr>" for cells in self._cells())
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        return {"text/html": f"<p>{escape(self.title)}</p>{table}", "text/plain": str(self)}

    def _cells(self) -> Iterator[tuple[str, str, str, str]]:
        for offset, data, field in self.rows:
            yield str(offset), data.hex(" "), visible(data), field


def _html_cell(text: str) -> str:
    return f'<td style="text-align: left"><code style="white-space: pre">{escape(text)}</code></td>'


def _fields(message: bytes, row: Row) -> list[tuple[str, bytes]]:
    """The name and the bytes of each field, in order."""
    if row.arrow.kind is Kind.DATAGRAM and (frame := _FRAME.match(message)):
        return [*_named(frame, frame[0]), *_fields(message[frame.end() :], row)]
    for pattern in _patterns(row):
        if found := re.fullmatch(pattern, message, re.DOTALL):
            return list(_named(found, message))
    return [("text", message)] if message else []


def _patterns(row: Row) -> Iterator[bytes]:
    """The forms that a message has from there. A member's words are a text, whatever they look like."""
    if row.source == ROOM:
        yield from _FROM_ROOM.get(row.arrow.kind, ())
        return
    for pattern in _FROM_MEMBER.get(row.arrow.kind, ()):
        yield pattern.replace(b"%b", re.escape(row.source.encode()))


def _named(found: re.Match[bytes], message: bytes) -> Iterator[tuple[str, bytes]]:
    """The groups of a match, and the spaces between them."""
    at = 0
    for (start, end), name in sorted((found.span(name), name) for name in found.groupdict() if found[name]):
        if start > at:
            yield "space", message[at:start]
        yield name, message[start:end]
        at = end
    if at < len(message):
        yield "space", message[at:]


def _rows(fields: list[tuple[str, bytes]]) -> Iterator[Field]:
    offset = 0
    for name, data in fields:
        for start in range(0, len(data), ROW):
            piece = data[start : start + ROW]
            yield Field(offset, piece, name if start == 0 else "")
            offset += len(piece)
