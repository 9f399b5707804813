"""A panel's client stays in its room: whenever it is out, it tries to get in again, for as long as the panel lives.

stage     what happens                         then
TRYING    `start` returns                      IN: what waits is said
TRYING    `start` raises                       WAITING, as long as `Tries` says
WAITING   the time is over; `join`; a text     TRYING
WAITING   the client gets in by itself         IN
IN        the client is out                    WAITING
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from chatlab.panels.chat.reasons import in_one_line
from chatlab.panels.chat.standing import Standing
from chatlab.room.errors import NobodyAnswers, NotInTheRoom
from chatlab.room.events import Event, Refused
from chatlab.room.text import clean
from chatlab.service.guarded_threads import DaemonThread
from chatlab.service.interfaces import Client

TICK = 0.1  # how often a client that is starting is closed again, in seconds, until its thread ends


class Membership:
    """`client` in its room. `on_event` gets what the client hears; `note` gets a line about each text that waits.

    `standing`: how things stand. `changed` is called when that has changed.
    """

    def __init__(
        self,
        client: Client,
        on_event: Callable[[Event], None],
        note: Callable[[str], None],
        changed: Callable[[], None],
    ) -> None:
        self.client = client
        self.standing = Standing()
        self._on_event = on_event
        self._note = note
        self._changed = changed
        self._told = (self.standing.is_in, self.standing.status)
        self._closed = False
        self._news = threading.Condition()  # guards all above
        self._thread = DaemonThread(f"member-{client.nickname}", self._stay_in)

    def open(self) -> None:
        """Make the first try. The thread `member-<nickname>` makes the others, and says the texts."""
        self.client.on_event = self._hear
        self._try()
        self._thread.start()

    def close(self) -> None:
        """Leave the room, and end the thread. What still waits is not said."""
        with self._news:
            self._closed = True
            self._news.notify_all()
        self.client.close()
        while self._thread.is_alive():
            self._thread.join(TICK)
            if self._thread.is_alive():  # it has just begun to start the client
                self.client.close()

    def join(self) -> None:
        """Try at once."""
        with self._news:
            self.standing.asked = True
            self._news.notify_all()

    def say(self, text: str) -> None:
        """Say it if it shows anything: now, or as soon as the client is in."""
        if clean(text):
            with self._news:
                self._tell(self.standing.say(text))
            self.join()

    def _stay_in(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: self._closed or self.standing.outgoing.waiting or not self.standing.is_in)
                if self._closed:
                    return
                text = self.standing.outgoing.waiting.popleft() if self.standing.is_in else None
            if text is not None:
                self._say(text)
            elif self._is_time_to_try():
                self._try()

    def _is_time_to_try(self) -> bool:
        """Wait for it. False if the client has got in by itself, or the panel has closed."""
        with self._news:
            pause = self.standing.pause(self.client.nickname, time.monotonic())
            self._tell()
            if pause is None:
                self._news.wait_for(lambda: self._closed)
            self._news.wait_for(lambda: self._closed or self.standing.is_in or self.standing.asked, pause)
            self.standing.asked = False
            return not (self._closed or self.standing.is_in)

    def _try(self) -> None:
        with self._news:
            times_out = self.standing.times_out
            self.standing.try_again()
            self._tell()
        try:
            self.client.start()
        except Exception as error:  # noqa: BLE001  # whatever it is, nobody else would say so
            with self._news:
                self.standing.fail(error)
                self._tell()
            return
        with self._news:
            if times_out == self.standing.times_out:  # else it is out again already
                self.standing.get_in(time.monotonic())
                self._tell()
        if self._closed:  # meanwhile, perhaps before there was anything to close
            self.client.close()

    def _say(self, text: str) -> None:
        with self._news:
            self.standing.outgoing.is_said(text, time.monotonic())
            times_out = self.standing.times_out
        try:
            self.client.say(text)
        except (NotInTheRoom, NobodyAnswers) as problem:
            with self._news:
                if times_out == self.standing.times_out:  # its `Gone` is still to come, or none will
                    self._tell(self.standing.be_out(str(problem), time.monotonic()))
        except Exception as error:  # noqa: BLE001  # whatever it is, the text would vanish without a word
            self._hear(Refused(in_one_line(error)))

    def _hear(self, event: Event) -> None:
        self._on_event(event)
        with self._news:
            self._tell(self.standing.hear(event, self.client.nickname, time.monotonic()))

    def _tell(self, kept: Sequence[str] = ()) -> None:
        """Which texts are kept, and how things stand if they stand otherwise than they did."""
        for text in kept:
            self._note(f"Kept until you are in the room: {text}")
        before, self._told = self._told, (self.standing.is_in, self.standing.status)
        if self._told != before:
            self._news.notify_all()
            self._changed()
