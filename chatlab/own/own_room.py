"""The room of ex05 for the panels of a notebook: the learner's own server, or chatlab's until that is started.

Each start loads the learner's file anew. So a learner who has changed it stops the room and starts it again, by the
button of its panel; the port stays, and those who were in the room come back. Lesson 05 ends in it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from traceback import extract_tb
from typing import Any

from chatlab.grading.attempt.time_limit import Printed, run_within
from chatlab.grading.for_checks.lent_socket import LentSocket
from chatlab.own.try_out import use
from chatlab.room.errors import CantUse, NotStarted
from chatlab.service.service import Service
from chatlab.udp.server import Counts, UdpServer

EXERCISE = "ex05"
SECONDS = 2.0  # for the learner's start and stop
INTERVAL = 0.2  # seconds until a failure is noticed


class OwnRoom:
    """A socket, and the learner's Server at it. Raises OSError if `port` is taken.

    `failure`: the error that has ended one of the learner's threads, and the line.
    """

    def __init__(self, port: int) -> None:
        self.counts = Counts()
        self.failure: CantUse | None = None
        self._socket = CountedSocket(port, self.counts)
        self.port: int = self._socket.getsockname()[1]
        self._server: Any = None
        self._hook = threading.excepthook

    def start(self) -> None:
        """Raises CantUse."""

        def start(learner: Any) -> None:
            self._server = learner.Server(self._socket)
            self._server.start()

        threading.excepthook = self._note_crash
        try:
            use(EXERCISE, start, Printed(), SECONDS)
        except BaseException:  # Ctrl-C as well
            self._give_back()
            raise

    def close(self) -> None:
        """Stop the learner's server. What their `stop` does wrong is for the checks to say."""
        try:
            run_within(SECONDS, self._server.stop, Printed())
        finally:
            self._give_back()

    @property
    def nicknames(self) -> tuple[str, ...]:
        chat = getattr(self._server, "chat", None)  # the stub's __init__ makes it
        return tuple(chat.room.nicknames) if chat else ()

    def _give_back(self) -> None:
        self._socket.take_back()
        if threading.excepthook == self._note_crash:
            threading.excepthook = self._hook

    def _note_crash(self, crash: threading.ExceptHookArgs) -> None:
        """A thread has ended with an error: the learner's, if it came through their file."""
        own = [frame for frame in extract_tb(crash.exc_traceback) if Path(frame.filename).name.startswith(EXERCISE)]
        if not own or crash.exc_type is SystemExit:
            self._hook(crash)
            return
        error, frame = f"{crash.exc_type.__name__}: {crash.exc_value}", own[-1]
        self.failure = CantUse(f"A thread of yours has ended with {error}. Line {frame.lineno}: {frame.line}")


class CountedSocket(LentSocket):
    """`counts` what crosses it."""

    def __init__(self, port: int, counts: Counts) -> None:
        super().__init__(port)
        self.counts = counts
        self.before_send = self._count_sent

    def recvfrom(self, *arguments: Any) -> Any:
        received = super().recvfrom(*arguments)
        self.counts.received += 1
        return received

    def _count_sent(self, datagram: bytes, address: Any) -> None:
        self.counts.sent += 1


class ExerciseServer(Service):
    """A UDP room for the panels. `whose`: a line that says whose code runs it, or why nobody's does.

    When one of the learner's threads ends with an error, the room has failed. `start` also raises CantUse: the
    learner's code can't be used.
    """

    client = "chatlab.udp.client"

    def __init__(self) -> None:
        super().__init__("127.0.0.1", 0, log=lambda line: None)
        self.whose = "This room was not opened yet."
        self._room: OwnRoom | UdpServer = UdpServer(port=0)
        self._stopped = threading.Event()

    @property
    def nicknames(self) -> tuple[str, ...]:
        return self._room.nicknames

    @property
    def counts(self) -> Counts:
        return self._room.counts

    def __repr__(self) -> str:
        return f"<Room of {EXERCISE}, {self.state}, {len(self.nicknames)} here>"

    def _open(self) -> dict[str, Callable[[], None]]:
        own = OwnRoom(self._port)
        self._port = own.port
        try:
            own.start()
        except NotStarted as problem:
            self._room = UdpServer(port=self._port).start()
            self.whose = f"{problem} Until it is, this is chatlab's own room."
        except CantUse as problem:
            self.whose = f"No room: {problem}"
            raise
        else:
            self._room = own
            self.whose = f"This room is yours: {EXERCISE} runs it."
        self._resources.callback(self._room.close)
        self._stopped.clear()
        return {"own-room": self._watch}

    def _stop(self) -> None:
        self._stopped.set()

    def _watch(self) -> None:
        while not self._stopped.wait(INTERVAL):
            if self._room.failure:
                raise self._room.failure
