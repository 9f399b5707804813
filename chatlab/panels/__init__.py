"""What the notebooks show: `ChatPanel`, `RoomPanel`, `side_by_side`, `show_source`, and `check_setup`.

Each name is imported when it is first used, so that `check_setup` also runs where the widget packages are missing:
finding that out is its purpose.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chatlab.panels.chat_panel import ChatPanel
    from chatlab.panels.ladder_panel import LadderPanel
    from chatlab.panels.layout import side_by_side
    from chatlab.panels.room_panel import RoomPanel
    from chatlab.panels.setup_check import check_setup
    from chatlab.panels.source_view import show_source
    from chatlab.panels.weather_panel import WeatherPanel

__all__ = ["ChatPanel", "LadderPanel", "RoomPanel", "WeatherPanel", "check_setup", "show_source", "side_by_side"]

_HOMES = {
    "ChatPanel": "chat_panel",
    "LadderPanel": "ladder_panel",
    "RoomPanel": "room_panel",
    "WeatherPanel": "weather_panel",
    "check_setup": "setup_check",
    "show_source": "source_view",
    "side_by_side": "layout",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
