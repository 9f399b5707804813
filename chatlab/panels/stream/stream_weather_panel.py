"""A bad network before a TCP room, on sliders: how small the pieces are, how far apart, how late; and its troubles.

a slider or a button (a thread of the kernel's)    -> the relay's weather, from the next byte on
the streams                                        a panel of its own inside this one
"""

from __future__ import annotations

from html import escape

import ipywidgets

from chatlab.panels.live_panel import LivePanel
from chatlab.panels.stream.stream_panel import StreamPanel
from chatlab.panels.style import make_card
from chatlab.room.addresses import shown
from chatlab.room.errors import ChatlabError, in_words
from chatlab.tcp.weather.pieces import StreamWeather, Trouble
from chatlab.tcp.weather.relay import StreamRelay
from chatlab.trace import Trace

INTERVAL = 0.3
LARGEST = 64  # bytes on the slider of pieces


class StreamWeatherPanel(LivePanel, ipywidgets.VBox):
    """`relay` with its weather. The panel starts the relay, and closes it. A context manager.

    Its picture shows the streams of the relay's trace, which is to be the room's and the members' as well. So that a
    cell can be run again, a panel first closes the older one that the same cell showed.
    """

    def __init__(self, relay: StreamRelay) -> None:
        super().__init__("stream-weather-panel", INTERVAL)
        self.relay = relay
        relay.trace = self._trace = relay.trace if isinstance(relay.trace, Trace) else Trace()
        self._streams: StreamPanel | None = None
        self._problem = ""
        self._state = ipywidgets.HTML()
        weather = relay.weather
        self._piece = ipywidgets.SelectionSlider(
            options=[*((f"1 to {size} B" if size > 1 else "1 B", size) for size in range(1, LARGEST + 1)), ("all", 0)],
            value=min(weather.piece, LARGEST),
            description="Pieces",
        )
        self._gap = _seconds("Gap, s", weather.gap, most=0.2, step=0.005)
        self._delay = _seconds("Delay, s", weather.delay, most=1.0, step=0.01)
        self._stall = ipywidgets.ToggleButton(description="Stall", tooltip="Nothing passes, and nobody is told")
        self._cut = ipywidgets.Button(description="Cut", tooltip="Tell both sides that the other has ended (FIN)")
        self._reset = ipywidgets.Button(
            description="Reset", tooltip="Tell both sides that the connection is lost (RST)"
        )
        sliders = ipywidgets.Box((self._piece, self._gap, self._delay))
        sliders.add_class("chatlab-sliders")
        header = ipywidgets.HBox([self._state, ipywidgets.HBox([self._stall, self._cut, self._reset])])
        self.children = [make_card(self, "weather"), header, sliders]
        for slider in (self._piece, self._gap, self._delay):
            slider.observe(self._change_weather, "value")
        self._stall.observe(self._stall_or_go_on, "value")
        self._cut.on_click(lambda _button: self._meet(Trouble.CUT))
        self._reset.on_click(lambda _button: self._meet(Trouble.RESET))
        self._go_live(("StreamWeatherPanel", relay.address), relay, of_cell=relay.address[1] == 0)

    def __repr__(self) -> str:
        return "Stream weather panel"

    def _change_weather(self, _change: object) -> None:
        """This and the next two: on whatever thread the kernel handles clicks."""
        self.relay.weather = StreamWeather(self._piece.value, self._gap.value, self._delay.value)

    def _stall_or_go_on(self, _change: object) -> None:
        self._stall.description = "Go on" if self._stall.value else "Stall"
        self.relay.meet(Trouble.STALL if self._stall.value else Trouble.NONE)

    def _meet(self, trouble: Trouble) -> None:
        self._stall.value = False
        self.relay.meet(trouble)

    def _open(self) -> None:
        try:
            self.relay.start()
        except (ChatlabError, OSError) as problem:
            self._problem = f": {problem}"
        self._streams = StreamPanel(self._trace, "What was sent, and what was received")
        self.children = [*self.children, self._streams]

    def _shut(self) -> None:
        self.relay.close()
        for control in (self._piece, self._gap, self._delay, self._stall, self._cut, self._reset):
            control.disabled = True
        if self._streams:
            self._streams.close()

    def _show(self) -> None:
        relay = self.relay
        if relay.running:
            ends = f"at {shown(relay.address)}, before the room at {shown(relay.server_address)}"
        elif relay.failure:
            ends = f"has failed: {in_words(relay.failure)} (to open it, run this cell again)"
        else:
            ends = "closed" + (self._problem or ": to open it, run this cell again")
        self._state.value = f"<b>Network</b> {escape(ends)}"


def _seconds(name: str, value: float, most: float, step: float) -> ipywidgets.FloatSlider:
    return ipywidgets.FloatSlider(
        description=name, min=0, max=max(most, value), step=step, value=value, readout_format=".3f"
    )
