"""A message ladder as an SVG picture: on a card of its own for storing, or in JupyterLab's colours for live panels.

A stored picture is shown as an image, which can't see the theme. Nothing is told by colour alone. Strangers' words are
escaped.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from html import escape

from chatlab.trace.picture.arrow import Ending, Kind
from chatlab.trace.picture.ladder import STEPS, Ladder, Row
from chatlab.trace.picture.layout import CELL, HEAD, NAME_CELL, NUMBERS, PART_SPACE, Drawn, Layout, lay_out
from chatlab.trace.picture.wire_text import width

MONO = "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
SANS = "system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif"
# On the card of a stored picture.
CARD_COLOURS = {
    "ground": "#ffffff",
    "frame": "#d0d7de",
    "ink": "#1f2328",
    "faint": "#59636e",
    "line": "#afb8c1",
    "box": "#ddf0ff",
    "lost": "#c5221f",
    "late": "#8a4b00",
    "again": "#7627bb",
}
# JupyterLab has none for what is lost, late or repeated that can be read in both themes: those are set in ladder.css.
THEME_COLOURS = {
    "ground": "var(--jp-layout-color1, #fff)",
    "frame": "none",
    "ink": "var(--jp-ui-font-color1, #1f2328)",
    "faint": "var(--jp-ui-font-color2, #59636e)",
    "line": "var(--jp-border-color1, #afb8c1)",
    "box": "var(--chatlab-box, #ddf0ff)",
    "lost": "var(--chatlab-lost, #c5221f)",
    "late": "var(--chatlab-late, #8a4b00)",
    "again": "var(--chatlab-again, #7627bb)",
}


def draw(ladder: Ladder, *, live: bool = False) -> str:
    """The picture. A live one follows JupyterLab's theme, and says by how much a datagram was late."""
    colours = THEME_COLOURS if live else CARD_COLOURS
    layout = lay_out(ladder, [_note(row, live=live) for row in ladder.rows])
    wide, high = map(_number, (layout.width, layout.height))
    halo = f'stroke="{colours["ground"]}" stroke-width="4" stroke-linejoin="round" paint-order="stroke"'
    return "".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" viewBox="0 0 {wide} {high}" '
            'role="img" style="max-width: 100%; height: auto">',
            f"<title>{escape(ladder.title)}</title><desc>{escape(str(ladder))}</desc>",
            f'<rect x="0.5" y="0.5" width="{_number(layout.width - 1)}" height="{_number(layout.height - 1)}" rx="6" '
            f'fill="{colours["ground"]}" stroke="{colours["frame"]}"/>',
            '<g fill="none" stroke-width="1.5">',
            *_parties(layout, colours),
            *(_arrow(drawn, colours) for drawn in layout.rows),
            f'</g><g font-family="{SANS}" font-size="13" font-weight="600">',
            *(_text(party, x, 26, colours["ink"], ' text-anchor="middle"') for party, x in layout.columns.items()),
            f'</g><g font-family="{SANS}" font-size="11" {halo}>',
            *(_note_text(drawn, colours) for drawn in layout.rows if drawn.note),
            # A live picture shows the end of the talk: its numbers would change all the time.
            *(_number_text(drawn, colours) for drawn in layout.rows if drawn.parts and not live),
            f'</g><g font-family="{MONO}" font-size="12" {halo}>',
            *(text for drawn in layout.rows for text in _words(drawn, colours)),
            "</g></svg>",
        ]
    )


def _note(row: Row, *, live: bool) -> str:
    late = row.arrow.is_late and row.arrow.delay and live
    return f"{row.note} +{row.arrow.delay * 1000:.0f} ms" if late else row.note


def _parties(layout: Layout, colours: dict[str, str]) -> Iterator[str]:
    for party, x in layout.columns.items():
        size = width(party) * NAME_CELL + 18
        yield _path(f"M{_number(x)} {_number(HEAD)}V{_number(layout.bottom)}", colours["line"])
        yield (
            f'<rect x="{_number(x - size / 2)}" y="9" width="{_number(size)}" height="25" rx="12.5" '
            f'fill="{colours["ground"]}" stroke="{colours["line"]}"/>'
        )


def _arrow(drawn: Drawn, colours: dict[str, str]) -> str:
    colour, arrow = _colour(drawn, colours), drawn.row.arrow
    length = math.hypot(drawn.x2 - drawn.x1, drawn.y2 - drawn.y1)
    dx, dy = (drawn.x2 - drawn.x1) / length, (drawn.y2 - drawn.y1) / length
    x, y = drawn.x2 - 8 * dx, drawn.y2 - 8 * dy  # the foot of the tip
    dashes = ' stroke-dasharray="5 4"' if arrow.is_repeat or arrow.kind in STEPS else ""
    shaft = _path(f"M{_number(drawn.x1)} {_number(drawn.y1)}L{_number(x)} {_number(y)}", colour, dashes)
    if arrow.ending is Ending.LOST:
        return shaft + _path(f"M{_number(x - 5)} {_number(y - 5)}l10 10m0 -10l-10 10", colour, ' stroke-width="2"')
    if arrow.ending is Ending.UNREAD:
        return shaft + _path(f"M{_number(x)} {_number(y - 6)}v12", colour, ' stroke-width="2"')
    corners = ((drawn.x2, drawn.y2), (x - 4 * dy, y + 4 * dx), (x + 4 * dy, y - 4 * dx))
    points = " ".join(f"{_number(corner[0])},{_number(corner[1])}" for corner in corners)
    return f'{shaft}<polygon points="{points}" fill="{colour}"/>'


def _note_text(drawn: Drawn, colours: dict[str, str]) -> str:
    """Behind the tip, or where it breaks off."""
    x, anchor = (drawn.x2 + 7, "start") if drawn.x2 > drawn.x1 else (drawn.x2 - 7, "end")
    return _text(drawn.note, x, drawn.y2 + 4, _colour(drawn, colours), f' text-anchor="{anchor}"')


def _number_text(drawn: Drawn, colours: dict[str, str]) -> str:
    return _text(str(drawn.row.number), NUMBERS - 8, drawn.y1 + 4, colours["faint"], ' text-anchor="end"')


def _words(drawn: Drawn, colours: dict[str, str]) -> Iterator[str]:
    """What the message says; each line that a piece holds has a box, which is open where the line is not whole."""
    x, kind = drawn.x, drawn.row.arrow.kind
    for part in drawn.parts:
        size = width(part.text) * CELL
        # A fixed length, so that a reader's font does not move the letters out of their box.
        fixed = f' textLength="{_number(size)}" lengthAdjust="spacingAndGlyphs"'
        if kind is Kind.PIECE:
            left, top, across = _number(x - 2), _number(drawn.y - 11), _number(size + 4)
            yield f'<rect x="{left}" y="{top}" width="{across}" height="15" fill="{colours["box"]}" stroke="none"/>'
            begin, end = "v15" if part.begins else "m0 15", "v-15" if part.ends else "m0 -15"
            outline = f"M{left} {top}{begin}h{across}{end}h-{across}"
            yield _path(outline, colours["faint"], ' fill="none" stroke-width="1"')
            fixed += ' stroke="none"'
        yield _text(part.text, x, drawn.y, colours["faint" if kind in STEPS else "ink"], fixed)
        x += size + PART_SPACE * CELL


def _colour(drawn: Drawn, colours: dict[str, str]) -> str:
    arrow = drawn.row.arrow
    if arrow.ending is Ending.LOST or arrow.kind is Kind.RESET:
        return colours["lost"]
    if arrow.is_repeat:
        return colours["again"]
    return colours["late"] if arrow.is_late or arrow.ending is Ending.UNREAD else colours["ink"]


def _path(shape: str, colour: str, more: str = "") -> str:
    return f'<path d="{shape}" stroke="{colour}"{more}/>'


def _text(text: str, x: float, y: float, colour: str, more: str) -> str:
    return f'<text x="{_number(x)}" y="{_number(y)}" fill="{colour}" xml:space="preserve"{more}>{escape(text)}</text>'


def _number(value: float) -> str:
    return f"{round(value, 1):g}"
