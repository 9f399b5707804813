"""The message ladder of a trace, which draws itself while people talk, with a button that holds it still.

The thread `ladder-panel` looks at the trace some ten times a second and draws if something has crossed the wire: the
last messages, out of the last RECORDS records, so that a picture costs the same however much crosses. Strangers' words
are escaped in it.
"""

from __future__ import annotations

from html import escape

import ipywidgets

from chatlab.panels.live_panel import LivePanel
from chatlab.panels.style import make_card
from chatlab.trace import Trace
from chatlab.trace.picture.ladder import Ladder
from chatlab.trace.picture.svg import draw

INTERVAL = 0.05  # seconds, beside the pause that every panel makes
SHOWN = 15
HEIGHTS = 14  # late arrivals have a height of their own too: the most that fit into the picture
RECORDS = 150
EMPTY = "Nothing has crossed the wire yet: say something."


class LadderPanel(LivePanel, ipywidgets.VBox):
    """The ladder of `trace`, live. A context manager.

    A panel first closes the older one of the same trace, and those that the same cell showed when it was run before.
    """

    def __init__(self, trace: Trace, title: str = "Messages") -> None:
        super().__init__("ladder-panel", INTERVAL)
        self.trace = trace
        self.title = title
        self._drawn = -1  # the trace's steps when it was drawn
        self._heading = ipywidgets.HTML(f"<b>{escape(title)}</b>")
        self._pause = ipywidgets.ToggleButton(description="Pause", tooltip="Hold the picture still")
        self._picture = ipywidgets.HTML()
        self._picture.add_class("chatlab-picture")
        header = ipywidgets.HBox([self._heading, self._pause])
        self.children = [make_card(self, "ladder"), header, self._picture]
        self._pause.observe(self._pause_or_go_on, "value")
        self._go_live("LadderPanel", trace, of_cell=True)

    def __repr__(self) -> str:
        return f"Message ladder: {self.title}"

    def _pause_or_go_on(self, _change: object) -> None:
        """On whatever thread the kernel handles clicks."""
        self._pause.description = "Go on" if self._pause.value else "Pause"
        self._show()

    def _shut(self) -> None:
        self._pause.disabled = True

    def _show(self) -> None:
        with self._lock:
            steps = self.trace.steps
            if self._pause.value or steps == self._drawn:
                return
            self._drawn = steps
            ladder = Ladder.of(self.trace.snapshot(RECORDS), SHOWN).end(HEIGHTS)
            self._picture.value = draw(ladder, live=True) if ladder.rows else EMPTY
