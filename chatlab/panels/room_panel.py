"""A room on a page: whether it is open, who is here, what went by, and how to join it from a terminal.

The thread `room-panel` looks at the server a few times a second and writes the page anew if something has changed.
What strangers chose, their nicknames, is escaped: an `ipywidgets.HTML` would run the markup in it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from html import escape

import ipywidgets

from chatlab.panels.open_panels import give_up_place, take_place
from chatlab.panels.style import make_card
from chatlab.room.addresses import shown
from chatlab.service.interfaces import Server

INTERVAL = 0.3
NICKNAMES_SHOWN = 50


class RoomPanel(ipywidgets.VBox):
    """`server`, with a button that stops and starts it. The panel starts it, and closes it. A context manager.

    So that a cell can be run again, a panel first closes the older one for a server of the same kind and address. On
    port 0 rooms don't meet: there it closes what the same cell showed when it was run before. `about`: a line to show
    while the room is open.
    """

    def __init__(self, server: Server, about: Callable[[], str] = str) -> None:
        self.server = server
        self._about = about
        self._lock = threading.Lock()  # around the server's starts and stops, and around writing to the page
        self._closed = False
        self._problem = ""
        self._shown: object = None
        self._closing = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="room-panel", daemon=True)
        self._state = ipywidgets.HTML()
        self._button = ipywidgets.Button()
        self._details = ipywidgets.HTML()
        super().__init__()
        self.children = [make_card(self, "room"), ipywidgets.HBox([self._state, self._button]), self._details]
        self._watcher.start()
        self._button.on_click(self._start_or_stop)
        name = ("RoomPanel", type(server).__name__, server.address)
        take_place(name, server, self, of_cell=server.address[1] == 0)
        self._start_or_stop()

    def close(self) -> None:
        """Close the room. The panel stays on the page, and says so."""
        with self._lock:
            already, self._closed = self._closed, True
            if not already:
                self.server.close()
        if already:
            return
        self._closing.set()
        self._watcher.join()
        self._show()
        give_up_place(self)

    def __enter__(self) -> RoomPanel:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return "Room panel"

    def _start_or_stop(self, _button: object = None) -> None:
        """On the thread of the cell, or on whatever thread the kernel handles clicks."""
        with self._lock:
            self._problem = ""
            if self.server.running:
                self.server.close()
            elif not self._closed:
                try:
                    self.server.start()
                except OSError as problem:
                    self._problem = f": {problem}"
        self._show()

    def _watch(self) -> None:
        while not self._closing.wait(INTERVAL):
            self._show()

    def _show(self) -> None:
        with self._lock:
            server = self.server
            nicknames, counts = server.nicknames, (server.counts.received, server.counts.sent)
            about = self._about()
            now = (server.running, self._problem, self._closed, nicknames, counts, about)
            if now == self._shown:
                return
            self._shown = now
            self._button.description = "Stop" if server.running else "Start"
            self._button.disabled = self._closed
            if server.running:
                self._state.value = f"<b>Room</b> open at {escape(shown(server.address))}"
                self._details.value = f"<div>{escape(about)}</div>{_details(server, nicknames, counts)}"
            else:
                why = ": to open it, run this cell again" if self._closed else self._problem
                self._state.value = f"<b>Room</b> closed{escape(why)}"
                self._details.value = ""


def _details(server: Server, nicknames: tuple[str, ...], counts: tuple[int, int]) -> str:
    people = "".join(f"<bdi>{escape(nickname)}</bdi>" for nickname in nicknames[:NICKNAMES_SHOWN])
    more = len(nicknames) - NICKNAMES_SHOWN
    rows = {
        f"{len(nicknames):,} here": people + (f" and {more:,} more" if more > 0 else ""),
        "Messages": f"{counts[0]:,} received, {counts[1]:,} sent",
        "From a terminal": f"<code>{escape(_command(server))}</code>",
    }
    return "<dl>" + "".join(f"<dt>{title}</dt><dd>{value}</dd>" for title, value in rows.items()) + "</dl>"


def _command(server: Server) -> str:
    """What joins the room from a terminal."""
    return f"{server.join_command} --nick your-name"
