"""A message ladder as an SVG picture: on a card of its own for storing, or in JupyterLab's colours for live panels.

A stored picture is shown as an image, which can't see the theme. Nothing is told by colour alone. Strangers' words are
escaped.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from html import escape

from chatlab.trace.picture.arrow import Ending, Kind
from chatlab.trace.picture.colours import CARD_COLOURS, THEME_COLOURS
from chatlab.trace.picture.ladder import Ladder
from chatlab.trace.picture.layout import HEAD, NAME_CELL, NUMBERS, Layout, lay_out
from chatlab.trace.picture.placing import CELL, PART_SPACE, Placed
from chatlab.trace.picture.rung import STEPS, Rung
from chatlab.trace.picture.wire_text import width

MONO = "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
SANS = "system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif"


def draw(ladder: Ladder, *, live: bool = False) -> str:
    """The picture. A live one follows JupyterLab's theme, and says by how much a datagram was late."""
    colours = THEME_COLOURS if live else CARD_COLOURS
    layout = lay_out(ladder, [_note(rung, live=live) for rung in ladder.rungs])
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
            *(_stroke(placed, colours) for placed in layout.rungs),
            f'</g><g font-family="{SANS}" font-size="13" font-weight="600">',
            *(_text(party, x, 26, colours["ink"], ' text-anchor="middle"') for party, x in layout.columns.items()),
            f'</g><g font-family="{SANS}" font-size="11" {halo}>',
            *(_note_text(placed, colours) for placed in layout.rungs if placed.note),
            # A live picture shows the end of the talk: its numbers would change all the time.
            *(_number_text(placed, colours) for placed in layout.rungs if placed.parts and not live),
            f'</g><g font-family="{MONO}" font-size="12" {halo}>',
            *(text for placed in layout.rungs for text in _words(placed, colours)),
            "</g></svg>",
        ]
    )


def _note(rung: Rung, *, live: bool) -> str:
    late = rung.arrow.is_late and rung.arrow.delay and live
    return f"{rung.note} +{rung.arrow.delay * 1000:.0f} ms" if late else rung.note


def _parties(layout: Layout, colours: dict[str, str]) -> Iterator[str]:
    for party, x in layout.columns.items():
        size = width(party) * NAME_CELL + 18
        yield _path(f"M{_number(x)} {_number(HEAD)}V{_number(layout.bottom)}", colours["line"])
        yield (
            f'<rect x="{_number(x - size / 2)}" y="9" width="{_number(size)}" height="25" rx="12.5" '
            f'fill="{colours["ground"]}" stroke="{colours["line"]}"/>'
        )


def _stroke(placed: Placed, colours: dict[str, str]) -> str:
    stroke, colour, arrow = placed.stroke, _colour(placed, colours), placed.rung.arrow
    length = math.hypot(stroke.x2 - stroke.x1, stroke.y2 - stroke.y1)
    dx, dy = (stroke.x2 - stroke.x1) / length, (stroke.y2 - stroke.y1) / length
    x, y = stroke.x2 - 8 * dx, stroke.y2 - 8 * dy  # the foot of the tip
    dashes = ' stroke-dasharray="5 4"' if arrow.is_repeat or arrow.kind in STEPS else ""
    shaft = _path(f"M{_number(stroke.x1)} {_number(stroke.y1)}L{_number(x)} {_number(y)}", colour, dashes)
    if arrow.ending is Ending.LOST:
        return shaft + _path(f"M{_number(x - 5)} {_number(y - 5)}l10 10m0 -10l-10 10", colour, ' stroke-width="2"')
    if arrow.ending is Ending.UNREAD:
        return shaft + _path(f"M{_number(x)} {_number(y - 6)}v12", colour, ' stroke-width="2"')
    corners = ((stroke.x2, stroke.y2), (x - 4 * dy, y + 4 * dx), (x + 4 * dy, y - 4 * dx))
    points = " ".join(f"{_number(corner[0])},{_number(corner[1])}" for corner in corners)
    return f'{shaft}<polygon points="{points}" fill="{colour}"/>'


def _note_text(placed: Placed, colours: dict[str, str]) -> str:
    """Behind the tip, or where it breaks off."""
    stroke = placed.stroke
    x, anchor = (stroke.x2 + 7, "start") if stroke.x2 > stroke.x1 else (stroke.x2 - 7, "end")
    return _text(placed.note, x, stroke.y2 + 4, _colour(placed, colours), f' text-anchor="{anchor}"')


def _number_text(placed: Placed, colours: dict[str, str]) -> str:
    return _text(str(placed.rung.number), NUMBERS - 8, placed.stroke.y1 + 4, colours["faint"], ' text-anchor="end"')


def _words(placed: Placed, colours: dict[str, str]) -> Iterator[str]:
    """What the message says; each line that a piece holds has a box, which is open where the line is not whole."""
    x, kind = placed.x, placed.rung.arrow.kind
    for part in placed.parts:
        size = width(part.text) * CELL
        # A fixed length, so that a reader's font does not move the letters out of their box.
        fixed = f' textLength="{_number(size)}" lengthAdjust="spacingAndGlyphs"'
        if kind is Kind.PIECE:
            left, top, across = _number(x - 2), _number(placed.y - 11), _number(size + 4)
            yield f'<rect x="{left}" y="{top}" width="{across}" height="15" fill="{colours["box"]}" stroke="none"/>'
            begin, end = "v15" if part.begins else "m0 15", "v-15" if part.ends else "m0 -15"
            outline = f"M{left} {top}{begin}h{across}{end}h-{across}"
            yield _path(outline, colours["faint"], ' fill="none" stroke-width="1"')
            fixed += ' stroke="none"'
        yield _text(part.text, x, placed.y, colours["faint" if kind in STEPS else "ink"], fixed)
        x += size + PART_SPACE * CELL


def _colour(placed: Placed, colours: dict[str, str]) -> str:
    arrow = placed.rung.arrow
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
