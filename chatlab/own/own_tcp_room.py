"""The room of ex11: the learner's own TCP server, in a notebook's panel and as a program. Lesson 11 ends in it."""

from __future__ import annotations

from chatlab.grading.for_checks.lent_listener import LentListener
from chatlab.own.own_room import ExerciseServer, OwnRoom
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
