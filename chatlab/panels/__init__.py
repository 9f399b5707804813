"""What the notebooks show: panels of people (`ChatPanel`), of a room (`RoomPanel`), of what crosses the wire
(`LadderPanel`, `StreamPanel`), of bad networks (`WeatherPanel`, `StreamWeatherPanel`), of a slow reader
(`SlowReaderPanel`), of a room's web page (`WebPanel`) and of what many people cost (`CostPanel`), `side_by_side`;
chatlab's own code by `show_source`; `show_progress`, `check_setup`.

Each name is imported when it is first used, so that `check_setup` also runs where the widget packages are missing:
finding that out is its purpose.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chatlab.panels.chat.chat_panel import ChatPanel as ChatPanel
    from chatlab.panels.cost_panel import CostPanel as CostPanel
    from chatlab.panels.ladder_panel import LadderPanel as LadderPanel
    from chatlab.panels.layout import side_by_side as side_by_side
    from chatlab.panels.progress import show_progress as show_progress
    from chatlab.panels.room_panel import RoomPanel as RoomPanel
    from chatlab.panels.setup_check import check_setup as check_setup
    from chatlab.panels.slow_reader.slow_reader_panel import SlowReaderPanel as SlowReaderPanel
    from chatlab.panels.source_view import show_source as show_source
    from chatlab.panels.stream.stream_panel import StreamPanel as StreamPanel
    from chatlab.panels.stream.stream_weather_panel import StreamWeatherPanel as StreamWeatherPanel
    from chatlab.panels.weather.weather_panel import WeatherPanel as WeatherPanel
    from chatlab.panels.web_panel import WebPanel as WebPanel

_HOMES = {
    "ChatPanel": "chat.chat_panel",
    "CostPanel": "cost_panel",
    "LadderPanel": "ladder_panel",
    "RoomPanel": "room_panel",
    "SlowReaderPanel": "slow_reader.slow_reader_panel",
    "StreamPanel": "stream.stream_panel",
    "StreamWeatherPanel": "stream.stream_weather_panel",
    "WeatherPanel": "weather.weather_panel",
    "WebPanel": "web_panel",
    "check_setup": "setup_check",
    "show_progress": "progress",
    "show_source": "source_view",
    "side_by_side": "layout",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return [*globals(), *_HOMES]
