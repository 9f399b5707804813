"""The TCP room's client: one person, and one connection after another. `python -m chatlab.tcp.client --help`.

The receiving thread of the `Connection` hears the room; the user's thread calls `say`. The room does not send your own
words back, so `say` tells of them itself, in the thread that calls it, once they are on their way.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from chatlab.room.addresses import shown
from chatlab.room.errors import NobodyAnswers, NotInTheRoom
from chatlab.room.events import Event, Said
from chatlab.room.text import clean
from chatlab.service.cli import parser_for
from chatlab.service.event_source import EventSource
from chatlab.service.interfaces import HasAddress, Recorder, Stream
from chatlab.service.resolve import host_and_port
from chatlab.tcp.client_connection import Connection
from chatlab.tcp.member import TcpMember
from chatlab.tcp.protocol import DEFAULT_PORT, build_say
from chatlab.tcp.sockets import LINGER, connect
from chatlab.tcp.tls.options import add_client_options, client_context_of
from chatlab.terminal.keyboard import somebody_types
from chatlab.terminal.talk import PIPED, run_client

if TYPE_CHECKING:
    import ssl

# How long start waits for an answer, in seconds.
PATIENCE = 5.0
# Of what is piped in nothing is to be lost. A room that is slower than others may take as long as it takes.
PIPE_LINGER = 3600.0


class TcpClient(EventSource):
    """`nickname` in the TCP room of `server`: a server object, or its (host, port). A context manager.

    Where the events go: see `EventSource`. `linger`: how long `close` lets the room read the last words, in seconds.
    `trace` records what crosses the wire. `tls`: speak TLS in this context; `chatlab.tcp.tls.context.client_context`
    makes one.
    """

    def __init__(
        self,
        nickname: str,
        server: HasAddress | tuple[str, int],
        *,
        on_event: Callable[[Event], None] | None = None,
        linger: float = LINGER,
        trace: Recorder | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(on_event)
        self.nickname = nickname
        self.server_address = host_and_port(server)
        self.linger = linger
        self._trace = trace
        self._tls = tls
        self._started = False
        self._connection: Connection | None = None  # the latest
        self._changing = threading.Lock()  # guards the two above
        self._entering = threading.Lock()  # one attempt at a time

    def start(self) -> TcpClient:
        """Connect, and return when in the room.

        Raises Refusal (the nickname can't be had), NobodyAnswers (after PATIENCE seconds; NotTrusted under TLS) or
        CantResolve, each with one line to show. May then be called again.
        """
        try:
            self._started = True
            self._enter()
        except BaseException:  # Ctrl-C among them
            self._close(min(self.linger, LINGER))
            raise
        return self

    def say(self, text: str) -> None:
        """Say `text` to everybody; when the room has gone away, connect again first.

        Raises Refusal if it can't be said, and NobodyAnswers or CantResolve if there is no room. Waits while the room
        reads no more from you, since it slows down a member that says too much.
        """
        line = build_say(text)
        if not self._started:
            raise NotInTheRoom("you are not in the room: start the client first")
        connection = self._enter()
        if line:
            self._send(line, connection)
            self._emit(Said(self.nickname, clean(text)))

    def close(self) -> None:
        """Leave the room, end the thread and close the connection. To close what is closed does nothing."""
        self._close(self.linger)

    def __enter__(self) -> TcpClient:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, *exception: object) -> None:
        self._close(min(self.linger, LINGER) if kind else self.linger)  # a person who presses Ctrl-C is in a hurry

    def __repr__(self) -> str:
        return f"<TCP client of {self.nickname}>"

    def _enter(self) -> Connection:
        """Get into the room, unless in it. Raises as `start` says."""
        with self._entering:
            if self._connection and self._connection.is_open:
                return self._connection
            give_up_at = time.monotonic() + PATIENCE
            member = self._new_member()
            sock = self._connect(give_up_at)
            with self._changing:
                if not self._started:
                    sock.close()
                    raise NobodyAnswers("the client was closed while it connected")
                self.nickname = member.nickname
                self._end(False)
                self._connection = connection = Connection(sock, member, self._emit)
            connection.enter(give_up_at - time.monotonic())
            return connection

    def _connect(self, give_up_at: float) -> Stream:
        sock = connect(*self.server_address, PATIENCE, self._trace, self.nickname)
        if not self._tls:
            return sock
        from chatlab.tcp.tls.socket import secure  # noqa: PLC0415  # imports ssl, which is slow to import

        return secure(sock, self._tls, self.server_address, give_up_at - time.monotonic())

    def _new_member(self) -> TcpMember:
        """Who takes what the next connection brings."""
        return TcpMember(self.nickname, shown(self.server_address))

    def _send(self, line: bytes, connection: Connection) -> None:
        connection.send(line)

    def _close(self, linger: float) -> None:
        with self._changing:
            self._started = False
            connection = self._connection
        if connection:
            connection.end(linger)
            connection.join()
        self._end(True)


def main(arguments: Sequence[str] | None = None) -> int:
    """The program. Returns its exit code."""
    parser = parser_for("chatlab.tcp.client", f"Talk in a TCP chatroom. {PIPED}", DEFAULT_PORT, joins=True)
    parser.add_argument("--nick", help="nickname; without one you are asked")
    add_client_options(parser)
    given = parser.parse_args(arguments)
    tls = client_context_of(parser, given)
    address = (given.host, given.port)
    linger = LINGER if somebody_types() else PIPE_LINGER
    return run_client(lambda nickname: TcpClient(nickname, address, linger=linger, tls=tls), given.nick)


if __name__ == "__main__":
    sys.exit(main())
