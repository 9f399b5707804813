"""One member that reads slowly, or not at all, on a page: a choice how it reads, and where the bytes for it wait.

slow-reader-panel (our thread)    every tenth of a second: the member reads what it may, the crowd says what it
                                  is to say, and what has changed is shown
the choice, the slider, Join      are looked at there, too
"""

from __future__ import annotations

import contextlib
from html import escape

import ipywidgets

from chatlab.panels.live_panel import LivePanel
from chatlab.panels.open_panels import how_to_come_back
from chatlab.panels.slow_reader.bars import draw
from chatlab.panels.slow_reader.crowd import MOST_LINES, Crowd
from chatlab.panels.slow_reader.report import Report, Room
from chatlab.panels.slow_reader.slow_reader import Pace, SlowReader
from chatlab.panels.style import make_card
from chatlab.room.errors import ChatlabError
from chatlab.trace import Trace

INTERVAL = 0.05  # seconds, beside the pause that every panel makes


class SlowReaderPanel(LivePanel, ipywidgets.VBox):
    """`nickname`, who may stop to read, in the room `server`; and a member that says as many lines as it is told to.

    `trace` is to be the room's as well. A room that is not open the panel starts, and closes. `fill` is where the bytes
    wait now. A context manager. A panel first closes the older one that the same cell showed.
    """

    def __init__(self, server: Room, trace: Trace, nickname: str = "tom") -> None:
        super().__init__("slow-reader-panel", INTERVAL)
        self._server = server
        self._reader = SlowReader(nickname, server, trace)
        self._report = Report(self._reader, server, trace)
        self._crowd = Crowd(server)
        self._is_its_room = False
        self._is_to_join = True
        self.fill = self._report.fill()
        self._state = ipywidgets.HTML()
        self._join = ipywidgets.Button(description="Join", tooltip=f"Let {nickname} come in again")
        self._pace = ipywidgets.ToggleButtons(options=[(pace.value, pace) for pace in Pace])
        self._lines = ipywidgets.IntSlider(description="Lines a second", min=0, max=MOST_LINES, value=0)
        self._bars = ipywidgets.HTML()
        self._details = ipywidgets.HTML()
        sliders = ipywidgets.Box([self._lines])
        sliders.add_class("chatlab-sliders")
        header = ipywidgets.HBox([self._state, self._join])
        self.children = [make_card(self, "slow-reader"), header, self._pace, sliders, self._bars, self._details]
        self._join.on_click(self._join_again)
        self._go_live("SlowReaderPanel", trace, of_cell=True)

    def __repr__(self) -> str:
        return f"Slow reader panel of {self._reader.nickname}"

    def _join_again(self, _button: object) -> None:
        """On whatever thread the kernel handles clicks."""
        self._is_to_join = True
        self._news.set()

    def _open(self) -> None:
        if not self._server.running:
            self._is_its_room = True
            with contextlib.suppress(ChatlabError, OSError):  # then nobody can join, as is shown
                self._server.start()

    def _shut(self) -> None:
        for control in (self._join, self._pace, self._lines):
            control.disabled = True
        with self._lock:
            self._reader.close()
            self._crowd.close()
            if self._is_its_room:
                self._server.close()

    def _show(self) -> None:
        with self._lock:
            if self._closed:
                self._state.value = f"<b>{self._report.name}</b> closed: to come back, {escape(how_to_come_back())}"
                return
            if self._is_to_join and self._server.running:
                self._is_to_join = False
                self._report.joins()
                self._reader.join()
            self._reader.pace = self._pace.value
            self._reader.turn()
            self._crowd.turn(self._lines.value)
            self.fill = self._report.fill()
            self._state.value = f"<b>{self._report.name}</b> {escape(self._report.status())}"
            self._join.disabled = not self._report.is_out
            self._bars.value = draw(self.fill)
            self._details.value = self._report.details(self._crowd.problem)
