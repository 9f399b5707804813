"""A panel's client stays in its room: whenever it is out, it tries to get in again, for as long as the panel lives.

    stage     what happens                         then
    TRYING    `start` returns                      IN: what waits is said
    TRYING    `start` raises                       WAITING, as long as `Tries` says
    WAITING   the time is over; `join`; a text     TRYING
    WAITING   the client gets in by itself         IN
    IN        the client is out                    WAITING

The first try is made by whoever calls `open`; the thread `member-<nickname>` makes the others, and says the texts. A
text is not refused because nobody answers: it waits (`outgoing`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from chatlab.panels.chat.outgoing import Outgoing
from chatlab.panels.chat.reasons import RUN_AGAIN, ended, sentence, shown
from chatlab.panels.chat.tries import PAUSES, Tries
from chatlab.room.errors import CantUse, NobodyAnswers, NotInTheRoom, Refusal
from chatlab.room.events import Event, Gone, Joined, Refused, Said
from chatlab.room.nicknames import normalise
from chatlab.room.text import clean
from chatlab.service.guarded_threads import DaemonThread
from chatlab.service.interfaces import Client
from chatlab.tcp.member import AGAIN

TICK = 0.1  # how often a client that is starting is closed again, in seconds, until its thread ends


class Membership:
    """`client` in its room. `on_event` gets what the client hears; `note` gets a line about each text that waits.

    `is_in`, `status`: how things stand, the latter in words. `changed` is called when they may have changed.
    """

    def __init__(
        self,
        client: Client,
        on_event: Callable[[Event], None],
        note: Callable[[str], None],
        changed: Callable[[], None],
    ) -> None:
        self.client = client
        self.is_in = False
        self.status = "Signing up …"
        self._on_event = on_event
        self._note = note
        self._changed = changed
        self._tries = Tries()
        self._problem = ""  # why the last try has failed
        self._is_code = False  # whose cause is the learner's own code, and not the room
        self._times_out = 0
        self._outgoing = Outgoing()
        self._asked = False  # to try at once
        self._closed = False
        self._news = threading.Condition()  # guards all above
        self._thread = DaemonThread(f"member-{client.nickname}", self._stay_in)

    def open(self) -> None:
        """Returns after the first try."""
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
            self._asked = True
            self._news.notify_all()

    def say(self, text: str) -> None:
        """Say it if it shows anything: now, or as soon as the client is in."""
        if not clean(text):
            return
        with self._news:
            self._outgoing.waiting.append(text)
            if not self.is_in:
                self._keep(text)
        self.join()

    def _stay_in(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: self._closed or self._outgoing.waiting or not self.is_in)
                if self._closed:
                    return
                text = self._outgoing.waiting.popleft() if self.is_in else None
            if text is not None:
                self._say(text)
            elif self._is_time_to_try():
                self._try()

    def _is_time_to_try(self) -> bool:
        """Wait for it. False if the client has got in by itself, or the panel has closed."""
        with self._news:
            pause = self._tries.pause(time.monotonic())
            why = self._problem or self.status
            if not _can_be_had(self.client.nickname):
                self._tell(f"{why} Choose another nickname, and run this cell again.")
                self._news.wait_for(lambda: self._closed)
            elif pause and not self._asked:
                hint = RUN_AGAIN if pause == PAUSES[-1] and not self._is_code else ""
                self._tell(f"{why} Next try in {pause:g}\u00a0s, or press Join.{hint}")
            self._news.wait_for(lambda: self._closed or self.is_in or self._asked, pause)
            self._asked = False
            return not (self._closed or self.is_in)

    def _try(self) -> None:
        with self._news:
            times_out = self._times_out
            if self._problem:
                self._tell(f"{self._problem} Trying again …")
        try:
            self.client.start()
        except Exception as error:  # noqa: BLE001  # whatever it is, nobody else would say so
            with self._news:
                self._is_code = isinstance(error, CantUse)
                # What such a one begins with may be a name: "ex09 is not started yet".
                self._problem = ended(shown(error)) if self._is_code else sentence(shown(error))
                self._tell(self._problem)
            return
        with self._news:
            if times_out == self._times_out:  # else it is out again already
                self._be_in()
            closed = self._closed
        if closed:  # meanwhile, perhaps before there was anything to close
            self.client.close()

    def _say(self, text: str) -> None:
        with self._news:
            self._outgoing.is_said(text, time.monotonic())
            times_out = self._times_out
        try:
            self.client.say(text)
        except (NotInTheRoom, NobodyAnswers) as problem:
            with self._news:
                if times_out == self._times_out:  # its `Gone` is still to come, or none will
                    self._be_out(str(problem))
        except Exception as error:  # noqa: BLE001  # whatever it is, the text would vanish without a word
            self._hear(Refused(shown(error)))

    def _hear(self, event: Event) -> None:
        self._on_event(event)
        with self._news:
            match event:
                case Joined(self.client.nickname):
                    self._be_in()
                case Gone(reason):
                    self._be_out(reason.removesuffix(AGAIN))
                case Said(self.client.nickname, said):
                    self._outgoing.came_back(said)
                case Refused():
                    self._outgoing.is_refused()
        self._changed()

    def _be_in(self) -> None:
        self._tries.got_in(time.monotonic())
        self.is_in, self.status, self._problem = True, "In the room", ""
        self._news.notify_all()
        self._changed()

    def _be_out(self, why: str) -> None:
        self._times_out += 1
        for text in self._outgoing.wait_again(time.monotonic()):
            self._keep(text)
        self._asked = self._is_code = False
        self._tell(sentence(why))

    def _keep(self, text: str) -> None:
        self._note(f"Kept until you are in the room: {text}")

    def _tell(self, status: str) -> None:
        """Say that, and why, the client is not in the room."""
        self.is_in, self.status = False, status
        self._news.notify_all()
        self._changed()


def _can_be_had(nickname: str) -> bool:
    """Whether there is a room that takes such a name."""
    try:
        normalise(nickname)
    except Refusal:
        return False
    return True
