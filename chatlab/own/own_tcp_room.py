"""The rooms of ex11 and ex15: the learner's own TCP server, in a notebook's panel and as a program. Lesson 11 ends in
the one, lesson 15 in the other.
"""

from __future__ import annotations

from chatlab.grading.for_checks.lent_connection import LentConnection
from chatlab.grading.for_checks.lent_listener import LentListener
from chatlab.own.exercise_server import ExerciseServer
from chatlab.own.own_room import OwnRoom
from chatlab.service.interfaces import Counts
from chatlab.tcp.server import TcpServer
from chatlab.tcp.sockets import listen

EXERCISE = "ex11"


class OwnTcpRoom(OwnRoom):
    """A socket that listens, and the Server in `file` at it. Raises CantListen or CantResolve."""

    ends_by = "close"

    @property
    def counts(self) -> Counts:
        return self._chat.counts if self._chat else self._counts

    def _lend(self, host: str, port: int) -> LentListener:
        return LentListener(listen(host, port))


class ExerciseTcpServer(ExerciseServer):
    """A TCP room on `host` and `port`: see `ExerciseServer`."""

    client = "chatlab.tcp.client"
    exercise = EXERCISE
    own = OwnTcpRoom

    def _ours(self, host: str, port: int) -> TcpServer:
        return TcpServer(host, port)


class OwnMendedRoom(OwnTcpRoom):
    """The room of ex15, as it is in the learner's file now: with all, some or none of its mistakes mended."""

    @property
    def nicknames(self) -> tuple[str, ...]:
        room = getattr(self._server, "room", None)  # who has written it anew may call it otherwise
        return tuple(getattr(room, "nicknames", ()))

    @property
    def counts(self) -> Counts:
        return self._counts

    def _lend(self, host: str, port: int) -> LentListener:
        listener = super()._lend(host, port)
        listener.on_accept = lambda connection, address: self._count(connection)
        return listener

    def _count(self, connection: LentConnection) -> None:
        """What crosses it: the pieces that come, and the lines that go out."""

        def count_received() -> None:
            self._counts.received += 1

        def count_sent(data: bytes) -> None:
            self._counts.sent += 1

        connection.before_receive, connection.before_send = count_received, count_sent


class MendedServer(ExerciseTcpServer):
    """The room of ex15. Its stub runs, so it is never chatlab's."""

    exercise = "ex15"
    own = OwnMendedRoom
