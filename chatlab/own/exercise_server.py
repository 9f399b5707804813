"""The room of ex05: the learner's own server, in a notebook's panel and as a program. That of ex11 is one, too.

Each start loads the learner's file anew. So a learner who has changed it stops the room and starts it again, by the
button of its panel; the port stays, and those who were in the room come back. Lesson 05 ends in it. What it has in
common with the room behind the door of ex10 is a `LearnersRoom`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from chatlab.own.own_file import OwnFile
from chatlab.own.own_room import OwnRoom
from chatlab.room.errors import CantUse, NotStarted
from chatlab.service.interfaces import Counts
from chatlab.service.service import Service
from chatlab.tcp.server import TcpServer
from chatlab.udp.server import UdpServer

EXERCISE = "ex05"
INTERVAL = 0.2  # seconds until a failure is noticed


class Peopled(Protocol):
    """What a panel shows of a room."""

    @property
    def nicknames(self) -> tuple[str, ...]: ...

    @property
    def counts(self) -> Counts: ...


class LearnersRoom(Service):
    """A room on `host` and `port` in which code of `exercise` has a part. `whose`: a line that says whose code it is.

    `submission`: the folder of the learner's file; None for the course's.
    """

    exercise = ""
    whose = "This room was not opened yet."
    _room: Peopled

    def __init__(self, host: str, port: int, submission: Path | None, log: Callable[[str], None]) -> None:
        super().__init__(host, port, log)
        self._submission = submission

    @property
    def nicknames(self) -> tuple[str, ...]:
        return self._room.nicknames

    @property
    def counts(self) -> Counts:
        return self._room.counts

    def __repr__(self) -> str:
        return f"<Room of {self.exercise}, {self.state}, {len(self.nicknames)} here>"


class ExerciseServer(LearnersRoom):
    """A UDP room, of the learner's own server. `whose` may also say why nobody's code runs it.

    Until the learner's file is started, the room is chatlab's, with `or_ours`. When one of the learner's threads ends
    with an error, or `stop` does, the room has failed. `start` also raises CantUse: the learner's code can't be used.
    """

    client = "chatlab.udp.client"
    exercise = EXERCISE

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        submission: Path | None = None,
        or_ours: bool = True,
        log: Callable[[str], None] = lambda line: None,
    ) -> None:
        super().__init__(host, port, submission, log)
        self._or_ours = or_ours
        self._room: OwnRoom | UdpServer | TcpServer = self._ours(host, port)
        self._stopped = threading.Event()

    def _open(self) -> dict[str, Callable[[], None]]:
        try:
            own = self._own(OwnFile(self.exercise, self._submission))
            self._port = own.port
            own.start()
        except CantUse as problem:
            if not (self._or_ours and isinstance(problem, NotStarted)):
                self.whose = f"No room: {problem}"
                raise
            self._room = self._ours(self._host, self._port).start()
            self._port = self._room.address[1]
            self.whose = f"{self.exercise} is not started yet. Until it is, this is chatlab's own room."
        else:
            self._room = own
            self.whose = f"This room is yours: {self.exercise} runs it."
        self._resources.callback(self._room.close)
        self._stopped.clear()
        return {"own-room": self._watch}

    def _own(self, file: OwnFile) -> OwnRoom:
        return OwnRoom(file, self._host, self._port, self.log)

    def _ours(self, host: str, port: int) -> UdpServer | TcpServer:
        """chatlab's own room of this kind."""
        return UdpServer(host, port)

    def _stop(self) -> None:
        self._stopped.set()

    def _watch(self) -> None:
        here: tuple[str, ...] = ()
        while not self._stopped.wait(INTERVAL):
            if self._room.failure:
                raise self._room.failure
            before, here = here, self.nicknames
            for nickname in sorted({*before} ^ {*here}):
                self.log(f"{nickname} {'joined' if nickname in here else 'left'} ({len(here)} here)")
