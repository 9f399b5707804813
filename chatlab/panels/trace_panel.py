"""A panel that draws a trace while people talk, and can be held still.

Its thread looks at the trace some ten times a second and draws if something has crossed the wire. Drawing takes at most
a fifth of the thread's time: a long picture comes less often.
"""

from __future__ import annotations

import time

import ipywidgets

from chatlab.panels.live_panel import PAUSE, LivePanel
from chatlab.trace import Trace

INTERVAL = 0.05  # seconds, beside the pause that every panel makes
REST = 4.0  # how many times as long as a picture took the thread rests behind it


class TracePanel(LivePanel):
    """To be inherited from before the widget's own class. `_pause`: a button, to be put on the page."""

    def __init__(self, thread: str, trace: Trace, title: str) -> None:
        super().__init__(thread, INTERVAL)
        self.trace = trace
        self.title = title
        self._drawn = -1  # the trace's steps when it was drawn
        self._pause = ipywidgets.ToggleButton(description="Pause", tooltip="Hold the picture still")
        self._pause.observe(self._pause_or_go_on, "value")

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
            began = time.monotonic()
            self._draw_anew()
            self._rest = max(PAUSE, REST * (time.monotonic() - began))

    def _draw_anew(self) -> None:
        """Draw the trace as it is now."""
        raise NotImplementedError
