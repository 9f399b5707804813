"""The message ladder of a trace, which draws itself while people talk, and can be scrolled back and held still.

The thread `ladder-panel` looks at the trace some ten times a second and draws if something has crossed the wire: the
newest SHOWN messages, out of the newest RECORDS records, so that a picture costs the same however much crosses. Drawing
takes at most a fifth of the thread's time: a long picture comes less often. Strangers' words are escaped in it. The
page, in ladder.js, says how wide the picture may be.
"""

from __future__ import annotations

import time
from html import escape
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets
import traitlets

from chatlab.panels.live_panel import PAUSE, LivePanel
from chatlab.panels.style import make_card
from chatlab.trace import Trace
from chatlab.trace.picture.ladder import Ladder
from chatlab.trace.picture.svg import draw

INTERVAL = 0.05  # seconds, beside the pause that every panel makes
REST = 4.0  # how many times as long as a picture took the thread rests behind it
SHOWN = 300
RECORDS = 4 * SHOWN  # a message may leave several
EMPTY = "Nothing has crossed the wire yet: say something."
AXES = {"Events": "events", "Time": "time"}


class Picture(anywidget.AnyWidget):
    """`value`: HTML."""

    _esm = Path(__file__).parent / "assets/ladder.js"
    value = traitlets.Unicode(EMPTY).tag(sync=True)


class LadderPanel(LivePanel, ipywidgets.VBox):
    """The ladder of `trace`, live. A context manager.

    A panel first closes the older one of the same trace, and those that the same cell showed when it was run before.
    """

    def __init__(self, trace: Trace, title: str = "Messages") -> None:
        super().__init__("ladder-panel", INTERVAL)
        self.trace = trace
        self.title = title
        self._drawn = -1  # the trace's steps when it was drawn
        self._snapshot = trace.snapshot(RECORDS)  # what was drawn
        self._width: float | None = None  # of the page's picture, in pixels
        self._heading = ipywidgets.HTML(f"<b>{escape(title)}</b>")
        self._axis = ipywidgets.ToggleButtons(
            options=AXES, tooltips=["Rows are equally far apart", "From top to bottom, time is drawn to scale"]
        )
        self._pause = ipywidgets.ToggleButton(description="Pause", tooltip="Hold the picture still")
        self._picture = Picture()
        header = ipywidgets.HBox([self._heading, ipywidgets.HBox([self._axis, self._pause])])
        self.children = [make_card(self, "ladder"), header, self._picture]
        self._pause.observe(self._pause_or_go_on, "value")
        self._axis.observe(self._turn, "value")
        self._picture.on_msg(self._from_page)
        self._go_live("LadderPanel", trace, of_cell=True)

    def __repr__(self) -> str:
        return f"Message ladder: {self.title}"

    def _pause_or_go_on(self, _change: object) -> None:
        """This and the next two: on whatever thread the kernel handles clicks."""
        self._pause.description = "Go on" if self._pause.value else "Pause"
        self._show()

    def _turn(self, _change: object) -> None:
        with self._lock:
            self._picture.send({})
            self._draw()

    def _from_page(self, _picture: object, content: dict[str, Any], _buffers: object) -> None:
        with self._lock:
            if content["width"] != self._width:
                self._width = content["width"]
                self._draw()

    def _shut(self) -> None:
        self._pause.disabled = True

    def _show(self) -> None:
        with self._lock:
            steps = self.trace.steps
            if self._pause.value or steps == self._drawn:
                return
            self._drawn = steps
            self._snapshot = self.trace.snapshot(RECORDS)
            began = time.monotonic()
            self._draw()
            self._rest = max(PAUSE, REST * (time.monotonic() - began))

    def _draw(self) -> None:
        ladder = Ladder.of(self._snapshot, SHOWN, axis=self._axis.value)
        self._picture.value = draw(ladder, live=True, within=self._width) if ladder.rows else EMPTY
