"""The learner's Server of ex05 at work: on a socket that is lent to it, and taken back however it ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chatlab.grading.attempt.printed import Printed
from chatlab.grading.attempt.time_limit import run_within
from chatlab.grading.for_checks.lent_listener import LentListener
from chatlab.grading.for_checks.lent_socket import LentSocket
from chatlab.own.own_file import CrashWatch, OwnFile, ipv4
from chatlab.room.addresses import Address
from chatlab.room.errors import CantUse
from chatlab.service.interfaces import Counts
from chatlab.service.resolve import cant_listen
from chatlab.udp.sockets.counts import Counts as UdpCounts

SECONDS = 2.0  # for the learner's start and stop


class OwnRoom:
    """A socket, and the Server in `file` at it. Raises CantListen or CantResolve.

    `failure`: the error that has ended one of the learner's threads, and the line. `log` gets what `start` printed.
    `ends_by`: the name of the Server's method that ends it.
    """

    ends_by = "stop"

    def __init__(self, file: OwnFile, host: str, port: int, log: Callable[[str], None]) -> None:
        self.failure: CantUse | None = None
        self._file = file
        self._log = log
        self._counts = UdpCounts()
        self._socket = self._lend(host, port)
        self.port: int = self._socket.getsockname()[1]
        self._server: Any = None
        self._watch: CrashWatch | None = None

    def start(self) -> None:
        """Raises CantUse."""

        def start(learner: Any) -> None:
            self._server = learner.Server(self._socket)
            self._server.start()

        printed = Printed()
        self._watch = CrashWatch(self._file, self._note_crash)
        try:
            self._file.use(start, printed, SECONDS)
        except BaseException:  # Ctrl-C as well
            self._give_back()
            raise
        finally:
            for line in printed.text.splitlines():
                self._log(line)

    def close(self) -> None:
        """Stop the learner's server. Raises CantUse: it does not stop, or crashes. The port is free all the same."""
        try:
            if failure := run_within(SECONDS, getattr(self._server, self.ends_by), Printed()):
                raise self._file.why(failure)
        finally:
            self._give_back()

    @property
    def nicknames(self) -> tuple[str, ...]:
        return tuple(self._chat.room.nicknames) if self._chat else ()

    @property
    def counts(self) -> Counts:
        return self._counts

    @property
    def _chat(self) -> Any:
        """The stub's __init__ makes it; None if the learner's does not."""
        return getattr(self._server, "chat", None)

    def _lend(self, host: str, port: int) -> LentSocket | LentListener:
        address = ipv4(host, port)
        try:
            return CountedSocket(self._counts, address)
        except OSError as error:
            raise cant_listen(address, error) from error

    def _give_back(self) -> None:
        self._socket.take_back()
        if self._watch:
            self._watch.close()

    def _note_crash(self, problem: CantUse) -> None:
        self.failure = self.failure or problem


class CountedSocket(LentSocket):
    """`counts` what crosses it."""

    def __init__(self, counts: UdpCounts, address: Address) -> None:
        super().__init__(address[1], address[0])
        self.counts = counts
        self.before_send = self._count_sent

    def recvfrom(self, *arguments: Any) -> Any:
        received = super().recvfrom(*arguments)
        self.counts.received += 1
        return received

    def _count_sent(self, datagram: bytes, address: Any) -> None:
        self.counts.sent += 1
