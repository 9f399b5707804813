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

from chatlab.panels.open_panels import give_up_place, take_place
from chatlab.panels.scrollback import Scrollback
from chatlab.room.errors import Refusal
from chatlab.room.events import Event, Gone, Joined, Refused
from chatlab.service.interfaces import Client

PAUSE = 0.05
CLOSED = "Closed: to come back, run this cell again"
HERE = Path(__file__).parent


class ChatPanel(anywidget.AnyWidget):
    """`client` in its room. The panel starts the client, takes its events, and closes it. A context manager.

    A panel for the same nickname closes the older one first, so that a cell can be run again. A client that can't get
    in is no error: the panel says why, and tries again with the next text.
    """

    _esm = HERE / "chat.js"
    _css = HERE / "chat.css"

    def __init__(self, client: Client) -> None:
        self.client = client
        self._lock = threading.Lock()  # around all below, and around sending, so that the page gets it in order
        self._scrollback = Scrollback()
        self._sent = 0  # the number of the last row that was sent
        self._present = False  # whether we are in the room
        self._status = ""
        self._closed = False
        self._entering = threading.Lock()  # one attempt to get in at a time
        self._started = False
        self._news = threading.Event()
        self._closing = threading.Event()
        self._sender = threading.Thread(target=self._send_news, name=f"panel-{client.nickname}", daemon=True)
        super().__init__()
        self._sender.start()
        self.on_msg(self._from_page)
        take_place(("ChatPanel", type(client).__name__, client.nickname), client, self)
        client.on_event = self._on_event
        try:
            self._enter()
        except BaseException:  # the reader interrupts the cell
            self.close()
            raise

    def close(self) -> None:
        """Leave the room. What was said stays on the page."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        self.client.close()
        self._closing.set()
        self._news.set()
        self._sender.join()
        self._send_rows()
        give_up_place(self)

    def __enter__(self) -> ChatPanel:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Chat panel of {self.client.nickname}"

    def _enter(self) -> bool:
        """Start the client if it has not started yet. Whether it can speak now."""
        with self._entering:
            if not self._started and not self._closed:
                self._tell("Signing up …")
                try:
                    self.client.start()
                except (Refusal, OSError) as problem:
                    self._tell(f"Not in the room: {problem} (to try again, send a message or run this cell)")
                    return False
                self._started = True
                if self._closed:  # meanwhile, perhaps before there was anything to close
                    self.client.close()
            return not self._closed

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
            self._send_rows(whole=True)
        elif content["kind"] == "say" and self._enter():
            try:
                self.client.say(content["text"])
            except (Refusal, OSError) as problem:
                self._on_event(Refused(str(problem)))
        self._send_rows()  # also with nothing new: the page knows by it that the kernel lives

    def _tell(self, status: str) -> None:
        """Say that, and why, we are not in the room."""
        with self._lock:
            self._present, self._status = False, status
        self._news.set()

    def _send_news(self) -> None:
        while not self._closing.is_set():
            self._news.wait()
            self._news.clear()
            self._send_rows()
            self._closing.wait(PAUSE)

    def _send_rows(self, *, whole: bool = False) -> None:
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
