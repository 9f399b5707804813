"""One person in a room, on a page: what is said, a field to speak, and a line that tells how things stand.

    on_event (the client's thread)   -> the scrollback
    panel-<nickname> (our thread)    the scrollback -> the page, at most every PAUSE seconds, all there is at once
    a message from the page          a view is ready: it gets the whole scrollback; or somebody sends a text

So a burst costs the page some large updates and not thousands of small ones. The page, in chat.js, shows a row once,
however often it is sent: rows are numbered. Views come and go, and there may be none.
"""

from __future__ import annotations

import threading
from dataclasses import asdict
from pathlib import Path

import anywidget

from chatlab.panels.live_panel import LivePanel
from chatlab.panels.scrollback import Scrollback
from chatlab.room.errors import ChatlabError, in_words
from chatlab.room.events import Event, Gone, Joined, Refused
from chatlab.service.interfaces import Client

CLOSED = "Closed: to come back, run this cell again"
ASSETS = Path(__file__).parent / "assets"


class ChatPanel(LivePanel, anywidget.AnyWidget):
    """`client` in its room. The panel starts the client, takes its events, and closes it. A context manager.

    A panel for the same nickname closes the older one first, so that a cell can be run again. A client that can't get
    in is no error: the panel says why, and tries again with the next text.
    """

    _esm = ASSETS / "chat.js"
    _css = ASSETS / "chat.css"

    def __init__(self, client: Client) -> None:
        super().__init__(f"panel-{client.nickname}")
        self.client = client
        self._scrollback = Scrollback()
        self._sent = 0  # the number of the last row that was sent
        self._present = False  # whether we are in the room
        self._status = ""
        self._entering = threading.Lock()  # one attempt to get in at a time
        self._started = False
        self.on_msg(self._from_page)
        self._go_live(("ChatPanel", type(client).__name__, client.nickname), client)

    def __repr__(self) -> str:
        return f"Chat panel of {self.client.nickname}"

    def _open(self) -> None:
        self.client.on_event = self._on_event
        self._enter()

    def _shut(self) -> None:
        self.client.close()

    def _enter(self) -> str:
        """Start the client if it has not started yet. Returns why it can't speak now; "" if it can."""
        with self._entering:
            if not self._started and not self._closed:
                self._tell("Signing up …")
                try:
                    self.client.start()
                except Exception as error:  # noqa: BLE001  # whatever it is, nobody else would say so
                    problem = _shown(error)
                    self._tell(f"Not in the room: {problem} (to try again, send a message or run this cell)")
                    return problem
                self._started = True
                if self._closed:  # meanwhile, perhaps before there was anything to close
                    self.client.close()
            return CLOSED if self._closed else ""

    def _on_event(self, event: Event) -> None:
        with self._lock:
            self._scrollback.add(event)
            match event:
                case Joined(self.client.nickname):
                    self._present, self._status = True, "In the room"
                case Gone(reason):
                    self._present, self._status = False, f"Not in the room: {reason}"
        self._news.set()

    def _from_page(self, _panel: object, content: dict[str, str], _buffers: object) -> None:
        """On whatever thread the kernel handles messages of widgets."""
        if content["kind"] == "ready":
            self._show(whole=True)
        elif content["kind"] == "say" and (problem := self._say(content["text"])):
            self._on_event(Refused(problem))
        self._show()  # also with nothing new: the page knows by it that the kernel lives

    def _say(self, text: str) -> str:
        """Returns why it could not be said; "" if it was."""
        if not (problem := self._enter()):
            try:
                self.client.say(text)
            except Exception as error:  # noqa: BLE001  # whatever it is, the text would vanish without a word
                problem = _shown(error)
        return problem

    def _tell(self, status: str) -> None:
        """Say that, and why, we are not in the room."""
        with self._lock:
            self._present, self._status = False, status
        self._news.set()

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
                    "present": self._present and not self._closed,
                    "status": CLOSED if self._closed else self._status,
                    "closed": self._closed,
                }
            )


def _shown(error: Exception) -> str:
    """In one line. Those of chatlab and of the system are made to be shown; of others, the kind says more."""
    return str(error) if isinstance(error, ChatlabError | OSError) else in_words(error)
