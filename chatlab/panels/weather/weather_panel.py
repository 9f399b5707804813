"""The weather before a room, on sliders: how much is lost, repeated, reordered and delayed; and what became of it.

a slider or a preset (a thread of the kernel's)    -> the relay's weather, from the next datagram on
weather-panel (our thread)                         the relay's counts -> the page, a few times a second
the ladder                                         a panel of its own inside this one
"""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from html import escape

import ipywidgets

from chatlab.panels.ladder_panel import LadderPanel
from chatlab.panels.live_panel import LivePanel
from chatlab.panels.open_panels import how_to_come_back
from chatlab.panels.style import make_card
from chatlab.panels.weather.weather_controls import WeatherControls
from chatlab.room.addresses import shown
from chatlab.room.errors import ChatlabError, in_words
from chatlab.trace import Trace
from chatlab.weather.relay import WeatherRelay
from chatlab.weather.relayed import Counts

INTERVAL = 0.3


class WeatherPanel(LivePanel, ipywidgets.VBox):
    """`relay` with its weather. The panel starts the relay, traces it, and closes it. A context manager.

    So that a cell can be run again, a panel first closes the older one for a relay of the same address; with port 0,
    what the same cell showed when it was run before.
    """

    def __init__(self, relay: WeatherRelay) -> None:
        super().__init__("weather-panel", INTERVAL)
        self.relay = relay
        relay.trace = self._trace = relay.trace if isinstance(relay.trace, Trace) else Trace()
        self._ladder: LadderPanel | None = None
        self._problem = ""
        self._shown: object = None
        self._state = ipywidgets.HTML()
        self._counts = ipywidgets.HTML()
        self._controls = WeatherControls(relay)
        self.children = [make_card(self, "weather"), self._state, *self._controls.boxes, self._counts]
        self._go_live(("WeatherPanel", relay.address), relay, of_cell=relay.address[1] == 0)

    def __repr__(self) -> str:
        return "Weather panel"

    def _open(self) -> None:
        try:
            self.relay.start()
        except (ChatlabError, OSError) as problem:
            self._problem = f": {problem}"
        self._ladder = LadderPanel(self._trace, f"What passes {shown(self.relay.address)}")
        self.children = [*self.children, self._ladder]

    def _shut(self) -> None:
        self.relay.close()
        self._controls.disable()
        if self._ladder:
            self._ladder.close()

    def _show(self) -> None:
        with self._lock:
            relay = self.relay
            now = (relay.running, relay.failure, {way: replace(counts) for way, counts in relay.counts.items()})
            if now == self._shown:
                return
            self._shown = now
            if relay.running:
                ends = f"at {shown(relay.address)}, before the room at {shown(relay.server_address)}"
            elif relay.failure:
                ends = f"has failed: {in_words(relay.failure)} (to open it, {how_to_come_back()})"
            else:
                ends = "closed" + (self._problem or f": to open it, {how_to_come_back()}")
            self._state.value = f"<b>Weather</b> {escape(ends)}"
            self._counts.value = _table(relay)


def _table(relay: WeatherRelay) -> str:
    """Without a column for what is dropped because too much is under way, unless that happens: it hardly ever does."""
    counts = {way.value: asdict(counts) for way, counts in relay.counts.items()}
    columns = [field.name for field in fields(Counts)]
    if not any(row["dropped"] for row in counts.values()):
        columns.remove("dropped")
    head = "".join(f"<th>{name}</th>" for name in ("", *columns))
    rows = "".join(
        f"<tr><th>{way}</th>" + "".join(f"<td>{row[name]:,}</td>" for name in columns) + "</tr>"
        for way, row in counts.items()
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
