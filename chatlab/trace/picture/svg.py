"""A message ladder as an SVG picture: on a card of its own for storing, or in JupyterLab's colours for live panels.

Nothing is told by colour alone. Strangers' words are escaped.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from html import escape

from chatlab.room.wire_text import width
from chatlab.trace.arrows.arrow import Ending, Kind
from chatlab.trace.picture.colours import CARD, IN_THE_DARK, LIGHT, THEME
from chatlab.trace.picture.drawn import CELL, HEAD, NAME_CELL, PART_SPACE, Cut, Drawn, Layout
from chatlab.trace.picture.ladder import Ladder
from chatlab.trace.picture.layout import lay_out
from chatlab.trace.picture.row import STEPS, Row

MONO = "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
SANS = "system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif"
Colours = Mapping[str, str]


def draw(ladder: Ladder, *, live: bool = False, within: float | None = None) -> str:
    """The picture. A live one follows JupyterLab's theme, and says by how much a datagram was late.

    `within`: how many pixels there are across.
    """
    colours = THEME if live else LIGHT
    layout = lay_out(ladder, live=live, within=within)
    wide, high, left = map(_number, (layout.width, layout.height, layout.left))
    halo = f'stroke="{colours["ground"]}" stroke-width="4" stroke-linejoin="round" paint-order="stroke"'
    return "".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" viewBox="{left} 0 {wide} {high}" '
            f'role="img" class="{CARD}" style="max-width: 100%; height: auto">',
            "" if live else f"<style>@media (prefers-color-scheme: dark) {{{IN_THE_DARK}}}</style>",
            f"<title>{escape(ladder.title)}</title><desc>{escape(str(ladder))}</desc>",
            f'<rect x="{_number(layout.left + 0.5)}" y="0.5" width="{_number(layout.width - 1)}" '
            f'height="{_number(layout.height - 1)}" rx="6" fill="{colours["ground"]}" stroke="{colours["frame"]}"/>',
            '<g fill="none" stroke-width="1.5">',
            *_grid(layout, colours),
            *_parties(layout, colours),
            *(line for cut in layout.cuts for line in _cut(cut, layout, colours)),
            *(_arrow(drawn, colours) for drawn in layout.rows),
            f'</g><g font-family="{SANS}" font-size="13" font-weight="600">',
            *(_text(party, x, 26, colours["ink"], ' text-anchor="middle"') for party, x in layout.columns.items()),
            f'</g><g font-family="{SANS}" font-size="11" {halo}>',
            *(_text(label.text, label.x, label.y, colours["faint"]) for label in layout.labels),
            *(text for drawn in layout.rows for text in _labels(drawn, colours)),
            f'</g><g font-family="{MONO}" font-size="12" {halo}>',
            *(text for drawn in layout.rows for text in _words(drawn, colours)),
            "</g></svg>",
        ]
    )


def _grid(layout: Layout, colours: Colours) -> Iterator[str]:
    right = layout.left + layout.width - 8
    for tick in layout.ticks:
        yield _line((tick.box.right + 6, tick.y - 4, right, tick.y - 4), colours["grid"], ' stroke-width="1"')


def _parties(layout: Layout, colours: Colours) -> Iterator[str]:
    for party, x in layout.columns.items():
        size = width(party) * NAME_CELL + 18
        yield _line((x, HEAD, x, layout.bottom), colours["line"])
        yield (
            f'<rect x="{_number(x - size / 2)}" y="9" width="{_number(size)}" height="25" rx="12.5" '
            f'fill="{colours["ground"]}" stroke="{colours["line"]}"/>'
        )


def _cut(cut: Cut, layout: Layout, colours: Colours) -> Iterator[str]:
    """The lines of the parties are torn."""
    for x in layout.columns.values():
        yield _line((x, cut.y - 8, x, cut.y + 8), colours["ground"], ' stroke-width="4"')
        yield _path(f"M{_number(x)} {_number(cut.y - 8)}l-5 4l10 8l-5 4", colours["line"])


def _arrow(drawn: Drawn, colours: Colours) -> str:
    colour, arrow = _colour(drawn.row, colours), drawn.row.arrow
    length = math.hypot(drawn.x2 - drawn.x1, drawn.y2 - drawn.y1)
    dx, dy = (drawn.x2 - drawn.x1) / length, (drawn.y2 - drawn.y1) / length
    x, y = drawn.x2 - 8 * dx, drawn.y2 - 8 * dy  # the foot of the tip
    dashes = ' stroke-dasharray="5 4"' if arrow.is_repeat or arrow.kind in STEPS else ""
    shaft = _line((drawn.x1, drawn.y1, x, y), colour, dashes)
    if drawn.leader:
        shaft += _line(drawn.leader, colours["line"], ' stroke-width="1"')
    if arrow.is_lost:
        return shaft + _path(f"M{_number(x - 5)} {_number(y - 5)}l10 10m0 -10l-10 10", colour, ' stroke-width="2"')
    if arrow.ending is Ending.UNREAD:
        return shaft + _path(f"M{_number(x)} {_number(y - 6)}v12", colour, ' stroke-width="2"')
    corners = ((drawn.x2, drawn.y2), (x - 4 * dy, y + 4 * dx), (x + 4 * dy, y - 4 * dx))
    points = " ".join(f"{_number(corner[0])},{_number(corner[1])}" for corner in corners)
    return f'{shaft}<polygon points="{points}" fill="{colour}"/>'


def _labels(drawn: Drawn, colours: Colours) -> Iterator[str]:
    for label in drawn.labels:
        colour = _colour(drawn.row, colours) if label.is_note else colours["faint"]
        yield _text(label.text, label.x, label.y, colour)


def _words(drawn: Drawn, colours: Colours) -> Iterator[str]:
    """What the message says; each line that a piece holds has a box, which is open where the line is not whole."""
    if not drawn.words:
        return
    x, y, parts = drawn.words
    kind = drawn.row.arrow.kind
    for part in parts:
        size = width(part.text) * CELL
        # A fixed length, so that a reader's font does not move the letters out of their box.
        fixed = f' textLength="{_number(size)}" lengthAdjust="spacingAndGlyphs"'
        if kind is Kind.PIECE:
            left, top, across = _number(x - 2), _number(y - 11), _number(size + 4)
            yield f'<rect x="{left}" y="{top}" width="{across}" height="15" fill="{colours["box"]}" stroke="none"/>'
            begin, end = "v15" if part.begins else "m0 15", "v-15" if part.ends else "m0 -15"
            outline = f"M{left} {top}{begin}h{across}{end}h-{across}"
            yield _path(outline, colours["faint"], ' fill="none" stroke-width="1"')
            fixed += ' stroke="none"'
        yield _text(part.text, x, y, colours["faint" if kind in STEPS else "ink"], fixed)
        x += size + PART_SPACE * CELL


def _colour(row: Row, colours: Colours) -> str:
    if row.arrow.is_lost or row.arrow.kind is Kind.RESET:
        return colours["lost"]
    if row.arrow.is_repeat:
        return colours["again"]
    return colours["late"] if row.is_late or row.arrow.ending is Ending.UNREAD else colours["ink"]


def _line(ends: tuple[float, float, float, float], colour: str, more: str = "") -> str:
    x1, y1, x2, y2 = map(_number, ends)
    return _path(f"M{x1} {y1}L{x2} {y2}", colour, more)


def _path(shape: str, colour: str, more: str = "") -> str:
    return f'<path d="{shape}" stroke="{colour}"{more}/>'


def _text(text: str, x: float, y: float, colour: str, more: str = "") -> str:
    return f'<text x="{_number(x)}" y="{_number(y)}" fill="{colour}" xml:space="preserve"{more}>{escape(text)}</text>'


def _number(value: float) -> str:
    return f"{round(value, 1):g}"
