"""One person in a room, on a page: what is said, a field to speak, and a line that tells how things stand.

    on_event (the client's thread)   -> the scrollback
    panel-<nickname> (our thread)    the scrollback -> the page, at most every PAUSE seconds, all there is at once
    a message from the page          a view is ready: it gets the whole scrollback; or somebody sends a text, or
                                     presses Join: that goes to the `Membership`

So a burst costs the page some large updates and not thousands of small ones. The page, in chat.js, shows a row once,
however often it is sent: rows are numbered. Views come and go, and there may be none.
"""

from __future__ import annotations

from dataclasses import asdict

import anywidget

from chatlab.panels.chat.membership import Membership
from chatlab.panels.chat.scrollback import Scrollback
from chatlab.panels.live_panel import LivePanel
from chatlab.panels.open_panels import how_to_come_back
from chatlab.panels.style import ASSETS
from chatlab.room.events import Event
from chatlab.service.interfaces import Client


class ChatPanel(LivePanel, anywidget.AnyWidget):
    """`client` in its room. The panel starts the client, takes its events, and closes it. A context manager.

    A panel for the same nickname closes the older one first, so that a cell can be run again. A client that can't get
    in is no error: the panel says why, and goes on trying.
    """

    _esm = ASSETS / "chat.js"
    _css = ASSETS / "chat.css"

    def __init__(self, client: Client) -> None:
        super().__init__(f"panel-{client.nickname}")
        self.client = client
        self._scrollback = Scrollback()
        self._sent = 0  # the number of the last row that was sent
        self._membership = Membership(client, self._on_event, self._note, self._news.set)
        self.on_msg(self._from_page)
        self._go_live(("ChatPanel", type(client).__name__, client.nickname), client)

    def __repr__(self) -> str:
        return f"Chat panel of {self.client.nickname}"

    def _open(self) -> None:
        self._membership.open()

    def _shut(self) -> None:
        self._membership.close()

    def _on_event(self, event: Event) -> None:
        with self._lock:
            self._scrollback.add(event)
        self._news.set()

    def _note(self, text: str) -> None:
        with self._lock:
            self._scrollback.note(text)
        self._news.set()

    def _from_page(self, _panel: object, content: dict[str, str], _buffers: object) -> None:
        """On whatever thread the kernel handles messages of widgets."""
        match content:
            case {"kind": "ready"}:
                self._show(whole=True)
            case {"kind": "say", "text": text}:
                self._membership.say(text)
            case {"kind": "join"}:
                self._membership.join()
        self._show()  # also with nothing new: the page knows by it that the kernel lives

    def _show(self, *, whole: bool = False) -> None:
        """Send the page the rows that it lacks; with `whole`, all that are kept."""
        with self._lock:
            first, rows = self._scrollback.after(0 if whole else self._sent)
            self._sent = self._scrollback.total
            self.send(
                {
                    "nickname": self.client.nickname,
                    "colour": self._scrollback.colour(self.client.nickname),
                    "whole": whole,
                    "first": first,
                    "rows": [asdict(row) for row in rows],
                    "present": self._membership.standing.is_in and not self._closed,
                    "status": f"Closed: to come back, {how_to_come_back()}"
                    if self._closed
                    else self._membership.standing.status,
                    "closed": self._closed,
                }
            )
