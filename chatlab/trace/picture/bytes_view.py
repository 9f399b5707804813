"""One message byte by byte: hex, text and the names of its fields, side by side. Pure.

The fields are those of the two protocols (`chatlab.udp.protocol`, `chatlab.tcp.protocol`); bytes that follow neither
are a text. `str` gives the table as text; a notebook shows it as a table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import NamedTuple

from chatlab.room.wire_text import visible, width
from chatlab.tcp import protocol as tcp
from chatlab.trace.arrows.arrow import Kind
from chatlab.trace.names import ROOM
from chatlab.trace.picture.row import Row
from chatlab.udp import protocol as udp
from chatlab.udp.reliable import frames

ROW = 8  # bytes
HEADINGS = ("at", "bytes", "text", "field")

# What the reliable room puts in front.
_FRAME = re.compile(
    f"(?P<command>{frames.MESSAGE}|{frames.ACKNOWLEDGEMENT}|{frames.RESET})(?P<session>{frames.SESSION})"
    f"( (?P<number>{frames.NUMBER}))?( |$)".encode()
)
_END = r"(?P<newline>\r?\n)"
_LINE = f"(?P<text>[^\\r\\n]*){_END}"
# What the room says, and what a member, called %b, says to it.
_FROM_ROOM = {
    Kind.DATAGRAM: (f"(?P<command>{udp.REFUSED})(?P<reason>.*)", udp.CHALLENGE, udp.NOTICE, udp.SAID),
    Kind.PIECE: (
        f"(?P<command>{tcp.NICK}|{tcp.ERROR})(?P<reason> [^\\r\\n]*)?{_END}",
        f"(?P<notice>{tcp.WELCOME}){_END}",
        tcp.NOTICE + _END,
        tcp.SAID + _END,
        _LINE,
    ),
}
_FROM_MEMBER = {
    Kind.DATAGRAM: (
        f"(?P<command>{udp.SIGN_UP})(?P<nickname>[^ ]*)( (?P<token>{udp.TOKEN}))?(?P<padding> *)",
        f"(?P<command>{udp.SIGN_OUT})(?P<text>.*)",
        "(?P<nickname>%b)(?P<separator>: )(?P<text>.*)",
    ),
    Kind.PIECE: (f"(?P<nickname>%b)(?P<separator>: ){_LINE}", _LINE),
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
    forms = _FROM_ROOM if row.source == ROOM else _FROM_MEMBER
    for form in forms.get(row.arrow.kind, ()):
        yield form.encode().replace(b"%b", re.escape(row.source.encode()))


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
