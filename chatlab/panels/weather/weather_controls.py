"""The controls of the weather before a room: presets, a direction, and sliders for how much is lost or late."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields, replace
from functools import partial

import ipywidgets

from chatlab.weather.fate import PRESETS, Conditions, Direction, Weather
from chatlab.weather.relay import WeatherRelay

LONGEST = 1.0  # seconds on a slider, unless the weather is longer
BOTH_WAYS = "both ways"


class WeatherControls:
    """They change the weather of `relay` from the next datagram on, and follow it. `boxes`: what is on the page."""

    def __init__(self, relay: WeatherRelay) -> None:
        self._relay = relay
        self._lock = threading.RLock()  # each change comes on whatever thread the kernel handles clicks
        self._following = False  # whether the controls follow the weather, rather than a hand
        self.presets = ipywidgets.ToggleButtons(options=[(_title(name), name) for name in PRESETS], value=None)
        self.direction = ipywidgets.Dropdown(options=[BOTH_WAYS, *(way.value for way in Direction)])
        self.sliders = {field.name: _slider(field.name) for field in fields(Conditions)}
        sliders = ipywidgets.Box(tuple(self.sliders.values()))
        sliders.add_class("chatlab-sliders")
        self.boxes = (ipywidgets.HBox([self.presets, self.direction]), sliders)
        self.presets.observe(self._choose_preset, "value")
        self.direction.observe(self.follow, "value")
        for name, slider in self.sliders.items():
            slider.observe(partial(self._change_weather, name), "value")
        self.follow()

    def follow(self, _change: object = None) -> None:
        """Let the controls show the weather as it is; for both ways, that to the server."""
        with self._lock, self._while_following():
            weather = self._relay.weather
            conditions = weather.to_client if self.direction.value == Direction.TO_CLIENT.value else weather.to_server
            for name, value in asdict(conditions).items():
                self.sliders[name].max = max(self.sliders[name].max, value)
                self.sliders[name].value = value
            self.presets.value = next((name for name, preset in PRESETS.items() if preset == weather), None)

    def disable(self) -> None:
        for control in (self.presets, self.direction, *self.sliders.values()):
            control.disabled = True

    def _choose_preset(self, _change: object) -> None:
        with self._lock:
            if not self._following and self.presets.value:
                self._relay.weather = PRESETS[self.presets.value]
                with self._while_following():
                    self.direction.value = BOTH_WAYS
                self.follow()

    def _change_weather(self, name: str, _change: object) -> None:
        with self._lock:
            if self._following:
                return
            moved = {name: self.sliders[name].value}
            weather, way = self._relay.weather, self.direction.value
            self._relay.weather = Weather(
                weather.to_server if way == Direction.TO_CLIENT.value else replace(weather.to_server, **moved),
                weather.to_client if way == Direction.TO_SERVER.value else replace(weather.to_client, **moved),
            )
            self.follow()

    @contextmanager
    def _while_following(self) -> Iterator[None]:
        before, self._following = self._following, True
        try:
            yield
        finally:
            self._following = before


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
