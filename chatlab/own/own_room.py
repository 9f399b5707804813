"""The room of ex05 for the panels of a notebook: the learner's own server, or chatlab's until that is started.

Each start loads the learner's file anew. So whoever has changed it stops the room and starts it again, by the button of
its panel; the port stays, and who was in the room comes back. Lesson 05 ends in it.
"""

from __future__ import annotations

import threading
from pathlib import Path
from traceback import extract_tb
from typing import Any

from chatlab.grading.attempt.time_limit import Printed, run_within
from chatlab.grading.for_checks.lent_socket import LentSocket
from chatlab.own.try_out import use
from chatlab.room.addresses import Address
from chatlab.room.errors import CantUse, NotStarted
from chatlab.service.cli import join_command
from chatlab.udp.server import Counts, UdpServer

EXERCISE = "ex05"
SECONDS = 2.0  # for the learner's start and stop


class OwnRoom:
    """A socket, and the learner's Server at it. Raises CantUse, NotStarted, or OSError if `port` is taken."""

    def __init__(self, port: int) -> None:
        self.counts = Counts()
        self._socket = CountedSocket(port, self.counts)
        self.port: int = self._socket.getsockname()[1]
        self._server: Any = None

    def start(self) -> None:
        def start(learner: Any) -> None:
            self._server = learner.Server(self._socket)
            self._server.start()

        try:
            use(EXERCISE, start, Printed(), SECONDS)
        except CantUse:
            self._socket.take_back()
            raise

    def close(self) -> None:
        """Whatever the learner's stop does: the checks say what is wrong with it."""
        run_within(SECONDS, self._server.stop, Printed())
        self._socket.take_back()

    @property
    def nicknames(self) -> tuple[str, ...]:
        chat = getattr(self._server, "chat", None)  # so the stub has it
        return tuple(chat.room.nicknames) if chat else ()


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


class ExerciseServer:
    """A UDP room with the face that the panels know. `whose`: a line that says whose code runs it, or why none does."""

    def __init__(self) -> None:
        self.running = False
        self.whose = "This room was not opened yet."
        self._port = 0
        self._room: OwnRoom | UdpServer = UdpServer(port=0)
        self._hook = threading.excepthook

    @property
    def address(self) -> Address:
        """Where members reach the room; only after the first start."""
        return ("127.0.0.1", self._port)

    @property
    def join_command(self) -> str:
        return join_command("chatlab.udp.client", self.address)

    @property
    def nicknames(self) -> tuple[str, ...]:
        return self._room.nicknames

    @property
    def counts(self) -> Counts:
        return self._room.counts

    def start(self) -> None:
        """Open the room. Raises OSError, with one line to show: the learner's code fails, or the port is taken."""
        if self.running:
            return
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
            self._hook, threading.excepthook = threading.excepthook, self._note_crash
        self.running = True

    def close(self) -> None:
        """Close the room. To close what is closed does nothing."""
        if self.running:
            self.running = False
            self._room.close()
            if threading.excepthook == self._note_crash:
                threading.excepthook = self._hook

    def _note_crash(self, crash: threading.ExceptHookArgs) -> None:
        """A thread has ended with an error: the learner's, if it came through their file."""
        own = [frame for frame in extract_tb(crash.exc_traceback) if Path(frame.filename).name.startswith(EXERCISE)]
        if not own or crash.exc_type is SystemExit:
            self._hook(crash)
            return
        error, frame = f"{crash.exc_type.__name__}: {crash.exc_value}", own[-1]
        self.whose = f"A thread of yours has ended with {error}. Line {frame.lineno}: {frame.line}"

    def __repr__(self) -> str:
        return f"<Room of {EXERCISE}, {'open' if self.running else 'closed'}, {len(self.nicknames)} here>"
