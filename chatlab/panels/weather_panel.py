"""The weather before a room, on sliders: how much is lost, repeated, reordered and delayed; and what became of it.

a slider or a preset (a thread of the kernel's)    -> the relay's weather, from the next datagram on
weather-panel (our thread)                         the relay's counts -> the page, a few times a second
the ladder                                         a panel of its own inside this one
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields, replace
from functools import partial
from html import escape

import ipywidgets

from chatlab.panels.ladder_panel import LadderPanel
from chatlab.panels.live_panel import LivePanel
from chatlab.panels.open_panels import how_to_come_back
from chatlab.panels.style import make_card
from chatlab.room.addresses import shown
from chatlab.room.errors import ChatlabError, in_words
from chatlab.trace import Trace
from chatlab.weather.fate import PRESETS, Conditions, Direction, Weather
from chatlab.weather.relay import WeatherRelay
from chatlab.weather.relayed import Counts

INTERVAL = 0.3
LONGEST = 1.0  # seconds on a slider, unless the weather is longer
BOTH_WAYS = "both ways"


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
        self._following = False  # whether the controls follow the weather, rather than a hand
        self._state = ipywidgets.HTML()
        self._counts = ipywidgets.HTML()
        self._presets = ipywidgets.ToggleButtons(options=[(_title(name), name) for name in PRESETS], value=None)
        self._direction = ipywidgets.Dropdown(options=[BOTH_WAYS, *(way.value for way in Direction)])
        self._sliders = {field.name: _slider(field.name) for field in fields(Conditions)}
        sliders = ipywidgets.Box(tuple(self._sliders.values()))
        sliders.add_class("chatlab-sliders")
        choices = ipywidgets.HBox([self._presets, self._direction])
        self.children = [make_card(self, "weather"), self._state, choices, sliders, self._counts]
        self._presets.observe(self._choose_preset, "value")
        self._direction.observe(self._follow, "value")
        for name, slider in self._sliders.items():
            slider.observe(partial(self._change_weather, name), "value")
        self._follow()
        self._go_live(("WeatherPanel", relay.address), relay, of_cell=relay.address[1] == 0)

    def __repr__(self) -> str:
        return "Weather panel"

    def _choose_preset(self, _change: object) -> None:
        """This and what follows: on whatever thread the kernel handles clicks."""
        with self._lock:
            if not self._following and self._presets.value:
                self.relay.weather = PRESETS[self._presets.value]
                with self._while_following():
                    self._direction.value = BOTH_WAYS
                self._follow()

    def _change_weather(self, name: str, _change: object) -> None:
        with self._lock:
            if self._following:
                return
            moved = {name: self._sliders[name].value}
            weather, way = self.relay.weather, self._direction.value
            self.relay.weather = Weather(
                weather.to_server if way == Direction.TO_CLIENT.value else replace(weather.to_server, **moved),
                weather.to_client if way == Direction.TO_SERVER.value else replace(weather.to_client, **moved),
            )
            self._follow()

    def _follow(self, _change: object = None) -> None:
        """Let the controls show the weather as it is; for both ways, that to the server."""
        with self._lock, self._while_following():
            weather = self.relay.weather
            conditions = weather.to_client if self._direction.value == Direction.TO_CLIENT.value else weather.to_server
            for name, value in asdict(conditions).items():
                self._sliders[name].max = max(self._sliders[name].max, value)
                self._sliders[name].value = value
            self._presets.value = next((name for name, preset in PRESETS.items() if preset == weather), None)

    @contextmanager
    def _while_following(self) -> Iterator[None]:
        before, self._following = self._following, True
        try:
            yield
        finally:
            self._following = before

    def _open(self) -> None:
        try:
            self.relay.start()
        except (ChatlabError, OSError) as problem:
            self._problem = f": {problem}"
        self._ladder = LadderPanel(self._trace, f"What passes {shown(self.relay.address)}")
        self.children = [*self.children, self._ladder]

    def _shut(self) -> None:
        self.relay.close()
        for control in (self._presets, self._direction, *self._sliders.values()):
            control.disabled = True
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


def _title(preset: str) -> str:
    return {"busy-cafe": "Busy café"}.get(preset, preset.capitalize())


def _slider(name: str) -> ipywidgets.FloatSlider:
    is_time = name in ("delay", "jitter")
    return ipywidgets.FloatSlider(
        description=f"{name.capitalize()}, s" if is_time else name.capitalize(),
        min=0,
        max=LONGEST if is_time else 1,
        step=0.01,
        readout_format=".2f" if is_time else ".0%",
    )


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
