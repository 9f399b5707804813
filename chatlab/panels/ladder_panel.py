"""The message ladder of a trace, which draws itself while people talk, and can be scrolled back and held still.

It draws the newest SHOWN messages, out of the newest RECORDS records, so that a picture costs the same however much
crosses the wire. Strangers' words are escaped in it. The page, in ladder.js, says how wide the picture may be.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets
import traitlets

from chatlab.panels.style import make_card
from chatlab.panels.trace_panel import TracePanel
from chatlab.trace import Trace
from chatlab.trace.picture.ladder import Ladder
from chatlab.trace.picture.svg import draw

SHOWN = 300
RECORDS = 4 * SHOWN  # a message may leave several
EMPTY = "Nothing has crossed the wire yet: say something."
AXES = {"Events": "events", "Time": "time"}


class Picture(anywidget.AnyWidget):
    """`value`: HTML."""

    _esm = Path(__file__).parent / "assets/ladder.js"
    value = traitlets.Unicode(EMPTY).tag(sync=True)


class LadderPanel(TracePanel, ipywidgets.VBox):
    """The ladder of `trace`, live. A context manager.

    A panel first closes the older one of the same trace, and those that the same cell showed when it was run before.
    """

    def __init__(self, trace: Trace, title: str = "Messages") -> None:
        super().__init__("ladder-panel", trace, title)
        self._snapshot = trace.snapshot(RECORDS)  # what was drawn
        self._width: float | None = None  # of the page's picture, in pixels
        self._heading = ipywidgets.HTML(f"<b>{escape(title)}</b>")
        self._axis = ipywidgets.ToggleButtons(
            options=AXES, tooltips=["Rows are equally far apart", "From top to bottom, time is drawn to scale"]
        )
        self._picture = Picture()
        header = ipywidgets.HBox([self._heading, ipywidgets.HBox([self._axis, self._pause])])
        self.children = [make_card(self, "ladder"), header, self._picture]
        self._axis.observe(self._turn, "value")
        self._picture.on_msg(self._from_page)
        self._go_live("LadderPanel", trace, of_cell=True)

    def __repr__(self) -> str:
        return f"Message ladder: {self.title}"

    def _turn(self, _change: object) -> None:
        """This and the next: on whatever thread the kernel handles clicks."""
        with self._lock:
            self._picture.send({})
            self._draw()

    def _from_page(self, _picture: object, content: dict[str, Any], _buffers: object) -> None:
        with self._lock:
            if content["width"] != self._width:
                self._width = content["width"]
                self._draw()

    def _draw_anew(self) -> None:
        self._snapshot = self.trace.snapshot(RECORDS)
        self._draw()

    def _draw(self) -> None:
        ladder = Ladder.of(self._snapshot, SHOWN, axis=self._axis.value)
        self._picture.value = draw(ladder, live=True, within=self._width) if ladder.rows else EMPTY
