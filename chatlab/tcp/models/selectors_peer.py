"""One client of the selectors room: its socket, what it has not read yet, and what the selector watches it for.

read         watched for, unless the chat throttles the client, or its stream has ended
written to   watched for while the outbox holds what the kernel did not take
"""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence
from selectors import EVENT_READ, EVENT_WRITE, BaseSelector

from chatlab.tcp.outbox import Outbox
from chatlab.tcp.sockets import LINGER, end_sending


class Peer:
    """A connection. `end_by`: once the chat is done with it, when to close it at the latest; 0 before."""

    # Ten thousand are held at once. `_outbox`: None while nothing waits.
    __slots__ = ("_at_end", "_events", "_outbox", "_paused", "_selector", "end_by", "socket")

    def __init__(self, sock: socket.socket, selector: BaseSelector) -> None:
        sock.setblocking(False)
        self.socket = sock
        self.end_by = 0.0
        self._selector = selector
        self._outbox: Outbox | None = None
        self._paused = False
        self._at_end = False
        self._events = 0
        self._watch()

    @property
    def has_ended(self) -> bool:
        """Whether it has got its last words and said its own."""
        return bool(self.end_by) and self._outbox is None and self._at_end

    @property
    def waits(self) -> int:
        """How many bytes do. Any thread may ask."""
        outbox = self._outbox
        return outbox.size if outbox else 0

    def end_hearing(self) -> None:
        """Its stream has ended."""
        self._at_end = True
        self._watch()

    def pause(self, paused: bool) -> None:
        """Read no more from it, or go on."""
        self._paused = paused
        self._watch()

    def send(self, pieces: Sequence[bytes]) -> int:
        """Send `pieces` at once, or put them behind what waits already. Returns how many bytes wait. Raises OSError."""
        if self._outbox is None:
            data = b"".join(pieces)
            try:
                sent = self.socket.send(data)
            except BlockingIOError:
                sent = 0
            if sent == len(data):
                if self.end_by:
                    end_sending(self.socket)
                return 0
            pieces = (data[sent:],)
            self._outbox = Outbox()
            self._watch()
        for piece in pieces:
            self._outbox.put(piece)
        return self._outbox.size

    def flush(self) -> None:
        """Send of what waits as much as the kernel takes now. Raises OSError."""
        while self._outbox and (piece := self._outbox.front()):
            try:
                self._outbox.drop(self.socket.send(piece))
            except BlockingIOError:
                return
        self._outbox = None
        self._watch()
        if self.end_by:
            end_sending(self.socket)

    def end(self) -> None:
        """The chat is done with it: what it is sent next, and what waits, are its last words."""
        self.end_by = time.monotonic() + LINGER
        self.pause(False)  # to learn of its end

    def close(self) -> None:
        """Close the connection. To close what is closed does nothing."""
        if self._events:
            self._selector.unregister(self.socket)
            self._events = 0
        self.socket.close()

    def _watch(self) -> None:
        if self.socket.fileno() < 0:  # lost in the midst of a turn, while it was to be told something yet
            return
        events = 0 if self._at_end or self._paused else EVENT_READ
        events |= EVENT_WRITE if self._outbox else 0
        if self._events and events:
            self._selector.modify(self.socket, events, self)
        elif events:
            self._selector.register(self.socket, events, self)
        elif self._events:
            self._selector.unregister(self.socket)
        self._events = events
