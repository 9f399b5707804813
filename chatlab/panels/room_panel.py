"""A room on a page: whether it is open, who is here, what went by, and how to join it from a terminal.

The thread `room-panel` looks at the server a few times a second and writes the page anew if something has changed.
What strangers chose, their nicknames, is escaped: an `ipywidgets.HTML` would run the markup in it.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import ipywidgets

from chatlab.panels.open_panels import how_to_come_back
from chatlab.panels.service_panel import ServicePanel
from chatlab.panels.style import make_card
from chatlab.room.addresses import shown
from chatlab.room.errors import in_words
from chatlab.service.interfaces import Server

NICKNAMES_SHOWN = 50


class RoomPanel(ServicePanel, ipywidgets.VBox):
    """`server`, with a button that stops and starts it. The panel starts it, and closes it. A context manager.

    So that a cell can be run again, a panel first closes the older one for a server of the same kind and address. On
    port 0 rooms don't meet: there it closes what the same cell showed when it was run before. `about`: a line to show
    while the room is open.
    """

    def __init__(self, server: Server, about: Callable[[], str] = str) -> None:
        super().__init__("room-panel")
        self.server = server
        self._about = about
        self.children = [make_card(self, "room"), ipywidgets.HBox([self._state, self._button]), self._details]
        name = ("RoomPanel", type(server).__name__, server.address)
        self._go_live(name, server, of_cell=server.address[1] == 0)

    def __repr__(self) -> str:
        return "Room panel"

    @property
    def _service(self) -> Server:
        return self.server

    def _show(self) -> None:
        with self._lock:
            server = self.server
            nicknames, counts = server.nicknames, (server.counts.received, server.counts.sent)
            about = self._about()
            now = (server.running, server.failure, self._problem, self._closed, nicknames, counts, about)
            if now == self._shown:
                return
            self._shown = now
            self._button.description = "Stop" if server.running else "Start"
            self._button.disabled = self._closed
            state, reason = self._state_and_reason()
            self._state.value = f"<b>Room</b> {escape(state)}"
            line = f'<div class="chatlab-failure">{escape(reason)}</div>' if reason else f"<div>{escape(about)}</div>"
            self._details.value = "" if self._closed else line + _details(server, nicknames, counts)

    def _state_and_reason(self) -> tuple[str, str]:
        """In a few words; and if something has gone wrong, what."""
        if self._closed:
            return f"closed: to open it, {how_to_come_back()}", ""
        if self.server.running:
            return f"open at {shown(self.server.address)}", ""
        if self.server.failure:
            return "has failed", in_words(self.server.failure)
        return "closed", self._problem


def _details(server: Server, nicknames: tuple[str, ...], counts: tuple[int, int]) -> str:
    people = "".join(f"<bdi>{escape(nickname)}</bdi>" for nickname in nicknames[:NICKNAMES_SHOWN])
    more = len(nicknames) - NICKNAMES_SHOWN
    rows = {
        f"{len(nicknames):,} here": people + (f" and {more:,} more" if more > 0 else ""),
        "Messages": f"{counts[0]:,} received, {counts[1]:,} sent",
        "From a terminal": f"<code>{_command(server)}</code>",
    }
    return "<dl>" + "".join(f"<dt>{title}</dt><dd>{value}</dd>" for title, value in rows.items()) + "</dl>"


def _command(server: Server) -> str:
    """What joins the room from a terminal, a span for each word."""
    return " ".join(f"<span>{escape(word)}</span>" for word in f"{server.join_command} --nick your-name".split(" "))
