"""The TCP room's server: `TcpChat` under one of three concurrency models. `python -m chatlab.tcp.server --help`."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from chatlab.room.errors import NoBroker
from chatlab.room.nicknames import reserved_keys
from chatlab.service.cli import parser_for, run_server
from chatlab.service.interfaces import Recorder
from chatlab.service.options import add_options, values_of
from chatlab.service.service import Service
from chatlab.tcp.chat import Counts, TcpChat
from chatlab.tcp.cluster.broker import Broker, broker
from chatlab.tcp.limits import DEFAULT_LIMITS, Limits
from chatlab.tcp.models.chat import Chat
from chatlab.tcp.models.serving import DEFAULT_MODEL, MODELS, Model, serving
from chatlab.tcp.protocol import DEFAULT_PORT
from chatlab.tcp.sockets import allow_many_connections, listen
from chatlab.tcp.tls.options import add_server_options, server_context_of

if TYPE_CHECKING:
    import ssl

    from chatlab.tcp.cluster.cluster import Cluster


class TcpServer(Service):
    """A TCP room on `host` and `port`; port 0 lets the OS choose. A context manager.

    After `close` it may be started again, on the same port. `log` gets a line for each who comes or goes; it is called
    by the room's own threads, so it must not wait. `trace` records what crosses the wire; the default model is one that
    it can watch. `send_buffer`: bytes that the kernel is to keep for each connection (SO_SNDBUF in socket(7)); 0 leaves
    it to the system. `cluster`: the broker through which it is one room with other servers; raises NoBroker, as `start`
    then does, if that can't be used. `tls`: speak TLS in this context; `chatlab.tcp.tls.context.server_context` makes
    one.
    """

    client = "chatlab.tcp.client"

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = DEFAULT_PORT,
        limits: Limits = DEFAULT_LIMITS,
        *,
        model: Model | None = None,
        log: Callable[[str], None] = lambda line: None,
        trace: Recorder | None = None,
        send_buffer: int = 0,
        cluster: Broker | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(host, port, log)
        self.limits = limits
        self.send_buffer = send_buffer
        self.model: Model = model or ("selectors" if trace else DEFAULT_MODEL)
        self._trace = trace
        self._tls = tls
        if tls:
            self.client += " --tls"
        self._cluster = _join(cluster, limits, self.log) if cluster else None
        self._chat: TcpChat[Any] = self._cluster.chat if self._cluster else TcpChat(limits, log=self.log)

    @property
    def nicknames(self) -> tuple[str, ...]:
        """Who is here, in the order of joining."""
        return self._chat.room.nicknames

    @property
    def outboxes(self) -> dict[str, int]:
        """By nickname: how many bytes wait for that member in the room's own memory."""
        return {nickname: member.waits for member, nickname in self._chat.room.table}

    @property
    def counts(self) -> Counts:
        return self._chat.counts

    def __repr__(self) -> str:
        return f"<TCP room ({self.model}), {self.state}, {len(self.nicknames)} here>"

    def _open(self) -> Mapping[str, Callable[[], None]]:
        reserved_keys()  # reads a file, which can't be opened once there is no file descriptor left
        listener = self._resources.enter_context(listen(self._host, self._port))
        self._port = listener.getsockname()[1]
        if self.send_buffer:  # each connection that is accepted inherits it
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self.send_buffer)
        if self._trace:
            listener = self._resources.enter_context(self._trace.watch(listener, "room"))
        self._resources.callback(self._chat.close)  # a room that has failed could not tell its members
        self._serving = serving(self.model, listener, self._spoken(), self._resources, self._spawn)
        if self._cluster:
            return {**self._serving.threads, **self._cluster.open(self.address, self._resources)}
        return self._serving.threads

    def _stop(self) -> None:
        self._serving.close()

    def _spoken(self) -> Chat[Any]:
        """The chat as it is spoken on the wire."""
        if not self._tls:
            return self._chat
        from chatlab.tcp.tls.chat import TlsChat  # noqa: PLC0415  # imports ssl, which is slow to import

        return TlsChat(self._chat, self._tls)


def _join(broker: Broker, limits: Limits, log: Callable[[str], None]) -> Cluster:
    try:
        from chatlab.tcp.cluster.cluster import Cluster  # noqa: PLC0415  # a room of one server needs no package
    except ImportError as error:
        raise NoBroker(f"{error}: in the project's folder: pip install -r requirements.txt") from None
    return Cluster(broker, limits, log)


def main(arguments: Sequence[str] | None = None) -> int:
    """The program. Returns its exit code."""
    parser = parser_for("chatlab.tcp.server", "Run a TCP chatroom.", DEFAULT_PORT)
    parser.add_argument(
        "--model",
        choices=MODELS,
        default=DEFAULT_MODEL,
        help="how the server waits for many clients at once; selectors serves the most of them with one CPU, about 1.4 "
        "times as many as threads and 1.2 times as many as asyncio, and with the least memory (measured by python -m "
        "chatlab.bench single), but on Windows only 500 connections",
    )
    parser.add_argument(
        "--cluster",
        type=broker,
        metavar="URL",
        help="be one room with all other servers that use the same NATS broker: nats://HOST:PORT, or tls://HOST:PORT, "
        "with USER:PASSWORD@ or TOKEN@ before the host",
    )
    add_server_options(parser)
    add_options(parser, Limits)
    given = parser.parse_args(arguments)
    limits = values_of(Limits, given)
    tls = server_context_of(parser, given)
    allow_many_connections()
    return run_server(
        lambda log: TcpServer(
            given.host, given.port, limits, model=given.model, log=log, cluster=given.cluster, tls=tls
        )
    )


if __name__ == "__main__":
    sys.exit(main())
