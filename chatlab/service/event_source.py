"""How a client passes on what it hears: to a function, or to whoever iterates over it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator

from chatlab.room.events import Event

# Events that nobody reads must not fill the memory: at most so many wait, the newest ones.
WAITING_EVENTS = 10_000
# How long one wait for an event takes, in seconds. On Windows, Ctrl-C ends no wait without a limit.
WAIT = 0.25


class EventSource:
    """Events go to `on_event`, in the thread that emits them. Without an `on_event` they wait until somebody iterates.

    An iteration waits for more events until the source has ended.
    """

    def __init__(self, on_event: Callable[[Event], None] | None) -> None:
        self.on_event = on_event
        self._waiting: deque[Event] = deque(maxlen=WAITING_EVENTS)
        self._ended = False
        self._arrived = threading.Condition()

    def __iter__(self) -> Iterator[Event]:
        while True:
            with self._arrived:
                while not (self._waiting or self._ended):
                    self._arrived.wait(WAIT)
                if not self._waiting:
                    return
                event = self._waiting.popleft()
            yield event

    def _emit(self, event: Event) -> None:
        if self.on_event:
            self.on_event(event)
            return
        with self._arrived:
            self._waiting.append(event)
            self._arrived.notify_all()

    def _end(self, ended: bool) -> None:
        with self._arrived:
            self._ended = ended
            self._arrived.notify_all()
