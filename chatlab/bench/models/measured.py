"""What was measured of the three models, as a table and as three small plots. Pure.

Each plot has the clients from left to right, in equal steps, and one line for each model, which is dashed in its own
way and has its name at its end: nothing is told by colour alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Any, NamedTuple

from chatlab.trace.picture.colours import CARD, IN_THE_DARK, LIGHT

WIDE, HIGH = 236, 214  # pixels of a plot
LEFT, RIGHT, TOP, BOTTOM = 14, 72, 48, 30  # what is around its lines
APART = 13  # pixels between two names
STROKES = (("ink", ""), ("late", "7 4"), ("again", "2 4"))
FONT = "system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif"


class Point(NamedTuple):
    """A model with so many `clients`. `rate`: deliveries a second. `efficiency`: deliveries a second of the server's
    CPU time. `median`, `late`: seconds until half of the lines, and 99 of 100, had been read. `memory`: the most bytes
    that the server has had. What a system does not tell is None.
    """

    model: str
    clients: int
    rate: float
    efficiency: float | None
    median: float
    late: float
    memory: int | None


class Measured(tuple[Point, ...]):
    """The points, in the order in which they were measured."""

    __slots__ = ()

    def __str__(self) -> str:
        rows = [("clients", "model", "deliveries/s", "/CPU s", "half within", "99 % within", "memory")]
        for point in self:
            efficiency = "-" if point.efficiency is None else f"{point.efficiency:,.0f}"
            memory = "-" if point.memory is None else f"{point.memory / 2**20:,.1f} MiB"
            waits = (f"{point.median * 1000:,.2f} ms", f"{point.late * 1000:,.2f} ms")
            rows.append((f"{point.clients:,}", point.model, f"{point.rate:,.0f}", efficiency, *waits, memory))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join("  ".join(map(str.rjust, row, widths)) for row in rows)

    def __repr__(self) -> str:
        return str(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """IPython prints every tuple as one, whatever the bundle has for text, unless it finds this."""
        printer.text(str(self))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"image/svg+xml": draw(self), "text/plain": str(self)}


def draw(measured: Measured) -> str:
    """The plots beside each other, on a card of their own, which is dark on a dark page."""
    plots: list[tuple[str, Callable[[Point], float], str]] = [
        ("99 % are read within (ms)", lambda point: point.late * 1000, ",.1f"),
    ]
    if all(point.efficiency is not None for point in measured):
        plots.insert(0, ("deliveries a CPU second", lambda point: point.efficiency or 0, ",.0f"))
    else:
        plots.insert(0, ("deliveries a second", lambda point: point.rate, ",.0f"))
    if all(point.memory is not None for point in measured):
        plots.append(("memory of the server (MiB)", lambda point: (point.memory or 0) / 2**20, ",.0f"))
    wide = WIDE * len(plots)
    drawn = "".join(
        f'<g transform="translate({number * WIDE} 0)">{_plot(measured, *plot)}</g>' for number, plot in enumerate(plots)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{HIGH}" viewBox="0 0 {wide} {HIGH}" '
        f'role="img" class="{CARD}" style="max-width: 100%; height: auto" font-family="{FONT}" font-size="11">'
        f"<style>@media (prefers-color-scheme: dark) {{{IN_THE_DARK}}}</style>"
        f"<title>Threads, selectors and asyncio under the same load</title><desc>{escape(str(measured))}</desc>"
        f'<rect x="0.5" y="0.5" width="{wide - 1}" height="{HIGH - 1}" rx="6" fill="{LIGHT["ground"]}" '
        f'stroke="{LIGHT["frame"]}"/>{drawn}</svg>'
    )


def _plot(measured: Measured, title: str, value: Callable[[Point], float], form: str) -> str:
    sizes = sorted({point.clients for point in measured})
    models = list(dict.fromkeys(point.model for point in measured))
    most = max(map(value, measured), default=0) or 1
    floor = HIGH - BOTTOM

    def x(clients: int) -> float:
        return LEFT + (WIDE - LEFT - RIGHT) * (sizes.index(clients) / max(len(sizes) - 1, 1))

    def y(point: Point) -> float:
        return floor - (floor - TOP) * value(point) / most

    parts = [
        _text(title, LEFT, 20, "ink", ' font-weight="600"'),
        _text(f"{most:{form}} at most", LEFT, TOP - 8, "faint"),
        _path(f"M{LEFT} {TOP}H{WIDE - RIGHT}", "grid"),
        _path(f"M{LEFT} {floor}H{WIDE - RIGHT}", "line"),
        *(_text(f"{size:,}", x(size), floor + 15, "faint", ' text-anchor="middle"') for size in sizes),
    ]
    ends = []
    for model, (colour, dashes) in zip(models, STROKES, strict=False):
        points = [point for point in measured if point.model == model]
        corners = " ".join(f"{x(point.clients):.1f},{y(point):.1f}" for point in points)
        stroke = f'stroke="{LIGHT[colour]}" stroke-width="2" stroke-dasharray="{dashes or "none"}"'
        parts.append(f'<polyline points="{corners}" fill="none" {stroke}/>')
        parts += [
            f'<circle cx="{x(point.clients):.1f}" cy="{y(point):.1f}" r="3" fill="{LIGHT[colour]}">'
            f"<title>{escape(model)}, {point.clients:,} clients: {value(point):{form}}</title></circle>"
            for point in points
        ]
        ends.append((y(points[-1]), model, colour))
    for place, model, colour in zip(_spread([end[0] for end in ends]), *list(zip(*ends, strict=True))[1:], strict=True):
        parts.append(_text(model, WIDE - RIGHT + 7, place + 4, colour))
    return "".join(parts)


def _spread(places: Sequence[float]) -> list[float]:
    """The same places, moved until no two of them are closer than APART."""
    moved = [0.0] * len(places)
    last = float("-inf")
    for number in sorted(range(len(places)), key=places.__getitem__):
        moved[number] = last = max(places[number], last + APART)
    over = max(0.0, last - (HIGH - BOTTOM))
    return [place - over for place in moved]


def _text(text: str, x: float, y: float, colour: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{LIGHT[colour]}"{more}>{escape(text)}</text>'


def _path(shape: str, colour: str) -> str:
    return f'<path d="{shape}" fill="none" stroke="{LIGHT[colour]}"/>'
