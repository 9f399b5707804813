"""The rooms of ex11, ex15 and ex16: the learner's own TCP server, in a notebook's panel and as a program. Their lessons
end in them.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

from chatlab.grading.for_checks.lent_connection import LentConnection
from chatlab.grading.for_checks.lent_listener import LentListener
from chatlab.own.exercise_server import ExerciseServer
from chatlab.own.own_file import OwnFile
from chatlab.own.own_room import OwnRoom
from chatlab.service.interfaces import Counts
from chatlab.tcp.server import TcpServer
from chatlab.tcp.sockets import listen
from chatlab.trace import Trace
from chatlab.trace.names import ROOM
from chatlab.trace.watch.socket_end import SocketEnd
from chatlab.trace.watch.watched_socket import LOOKING

EXERCISE = "ex11"


class TracedConnection(LentConnection):
    """What crosses it its `end` records."""

    end: SocketEnd

    def send(self, data: Any, *flags: Any) -> int:
        time = self.end.trace.clock()
        taken = super().send(data, *flags)
        self.end.send(bytes(memoryview(data))[:taken], time)
        return taken

    def recvfrom(self, size: int, flags: int = 0) -> tuple[bytes, Any]:
        data, sender = super().recvfrom(size, flags)
        if not flags & LOOKING:
            self.end.receive(data, None)
        return data, sender

    def shutdown(self, how: int) -> None:
        time = self.end.trace.clock()
        super().shutdown(how)
        if how != socket.SHUT_RD:
            self.end.end(time)

    def close(self) -> None:
        time = self.end.trace.clock()
        super().close()
        if self.was_closed:  # or a file that was made of it is still open
            self.end.close(time)

    def dup(self) -> TracedConnection:
        twin: Any = super().dup()
        twin.end = self.end
        return twin  # type: ignore[no-any-return]


class TracedListener(LentListener):
    """`trace` records what crosses the connections that it accepts."""

    kind = TracedConnection

    def __init__(self, listener: socket.socket, trace: Trace) -> None:
        super().__init__(listener)
        self._trace = trace

    def _take(self) -> tuple[Any, Any]:
        connection: Any
        connection, address = super()._take()
        connection.end = SocketEnd(connection, self._trace, ROOM, "")
        connection.end.peer = address  # it may have gone already
        connection.end.accept()
        return connection, address


class OwnTcpRoom(OwnRoom):
    """A socket that listens, and the Server in `file` at it; `trace` records. Raises CantListen or CantResolve."""

    ends_by = "close"

    def __init__(self, file: OwnFile, host: str, port: int, log: Callable[[str], None], trace: Trace | None) -> None:
        self._trace = trace
        super().__init__(file, host, port, log)

    @property
    def counts(self) -> Counts:
        return self._chat.counts if self._chat else self._counts

    def _lend(self, host: str, port: int) -> LentListener:
        listener = listen(host, port)
        return TracedListener(listener, self._trace) if self._trace else LentListener(listener)


class ExerciseTcpServer(ExerciseServer):
    """A TCP room on `host` and `port`: see `ExerciseServer`. `trace` records what crosses the wire."""

    client = "chatlab.tcp.client"
    exercise = EXERCISE
    own = OwnTcpRoom

    def __init__(self, host: str = "127.0.0.1", port: int = 0, *, trace: Trace | None = None, **options: Any) -> None:
        self._trace = trace
        super().__init__(host, port, **options)

    def _own(self, file: OwnFile) -> OwnTcpRoom:
        return self.own(file, self._host, self._port, self.log, self._trace)

    def _ours(self, host: str, port: int) -> TcpServer:
        return TcpServer(host, port, trace=self._trace)


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
