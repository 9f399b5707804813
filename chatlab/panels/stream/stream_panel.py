"""The streams of a trace, byte by byte, which draw themselves while people talk. Strangers' words are escaped."""

from __future__ import annotations

from html import escape

import ipywidgets

from chatlab.panels.style import make_card
from chatlab.panels.trace_panel import TracePanel
from chatlab.trace import Trace
from chatlab.trace.stream.stream import Stream
from chatlab.trace.stream.streams import Streams, streams_of
from chatlab.trace.stream.svg import draw

SHOWN = 128  # bytes of each direction
MOST_STREAMS = 8
EMPTY = "Nothing has passed yet: say something."


class StreamPanel(TracePanel, ipywidgets.VBox):
    """The streams of `trace`, live: of each the newest bytes. A context manager.

    Those of people who have left give way to newer ones. A panel first closes the older one of the same trace.
    """

    def __init__(self, trace: Trace, title: str = "Bytes") -> None:
        super().__init__("stream-panel", trace, title)
        self._clear = ipywidgets.Button(description="Clear", tooltip="Show only what passes from now on")
        self._picture = ipywidgets.HTML(EMPTY)
        self._picture.add_class("chatlab-picture")
        heading = ipywidgets.HTML(f"<b>{escape(title)}</b>")
        header = ipywidgets.HBox([heading, ipywidgets.HBox([self._clear, self._pause])])
        self.children = [make_card(self, "ladder", "stream"), header, self._picture]
        self._clear.on_click(lambda _button: self.trace.clear())
        self._go_live("StreamPanel", trace, of_cell=True)

    def __repr__(self) -> str:
        return f"Streams of bytes: {self.title}"

    def _shut(self) -> None:
        super()._shut()
        self._clear.disabled = True

    def _draw_anew(self) -> None:
        streams = _newest(streams_of(self.trace.snapshot(), SHOWN))
        self._picture.value = draw(streams, live=True) if streams else EMPTY


def _newest(streams: Streams) -> list[Stream]:
    """At most MOST_STREAMS: those that have ended go first, and the oldest of them before."""
    spare = len(streams) - MOST_STREAMS
    leaving = sorted(range(len(streams)), key=lambda index: (not streams[index].end, index))[: max(0, spare)]
    return [stream for index, stream in enumerate(streams) if index not in leaving]
