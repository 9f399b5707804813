"""The TCP room's server: `TcpChat` under one of three concurrency models. `python -m chatlab.tcp.server --help`.

    threads     chatlab.tcp.models.threads        two threads a client: the one that the lessons build
    selectors   chatlab.tcp.models.selectors   one thread that waits for all sockets at once
    asyncio     chatlab.tcp.models.asyncio    the same by asyncio's loop

A model only moves bytes: it feeds the chat, sends what the chat says, and closes what the chat is done with.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol, get_args

from chatlab.room.addresses import Address
from chatlab.room.nicknames import reserved_keys
from chatlab.service.cli import join_command, parser_for, run_server
from chatlab.service.options import add_options, values_of
from chatlab.service.resolve import reachable_host
from chatlab.tcp.chat import Counts, TcpChat
from chatlab.tcp.limits import DEFAULT_LIMITS, Limits
from chatlab.tcp.models.selectors import SelectorLoop
from chatlab.tcp.models.threads import ThreadedServer
from chatlab.tcp.protocol import DEFAULT_PORT
from chatlab.tcp.sockets import allow_many_connections, listen

if TYPE_CHECKING:
    from chatlab.trace import Trace

Model = Literal["threads", "selectors", "asyncio"]
MODELS: tuple[Model, ...] = get_args(Model)
DEFAULT_MODEL: Model = "selectors"


class Serving(Protocol):
    """A model at work. It takes the listener with it when it closes."""

    def start(self) -> None: ...
    def close(self) -> None: ...


class TcpServer:
    """A TCP room on `host` and `port`; port 0 lets the OS choose. A context manager.

    After `close` it may be started again, on the same port. `log` gets a line for each who comes or goes; it is called
    by the room's own threads, so it must not wait. `trace` records what crosses the wire.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = DEFAULT_PORT,
        limits: Limits = DEFAULT_LIMITS,
        *,
        model: Model = DEFAULT_MODEL,
        log: Callable[[str], None] = lambda line: None,
        trace: Trace | None = None,
    ) -> None:
        self.model = model
        self.running = False
        self.failure: BaseException | None = None
        self._host = host
        self._port = port
        self._trace = trace
        self._chat: TcpChat[Any] = TcpChat(limits, log=log)

    @property
    def address(self) -> Address:
        """Where members reach the room; with port 0, only after the first start."""
        return (reachable_host(self._host), self._port)

    @property
    def join_command(self) -> str:
        """What joins the room from a terminal."""
        return join_command("chatlab.tcp.client", self.address)

    @property
    def nicknames(self) -> tuple[str, ...]:
        """Who is here, in the order of joining."""
        return self._chat.room.nicknames

    @property
    def counts(self) -> Counts:
        return self._chat.counts

    def start(self) -> TcpServer:
        """Open the room. Raises CantListen or CantResolve, each with one line to show."""
        if self.running:
            return self
        reserved_keys()  # reads a file, which can't be opened once there is no file descriptor left
        listener = listen(self._host, self._port)
        self._port = listener.getsockname()[1]
        if self._trace:
            listener = self._trace.watch(listener, "room")
        self._serving = _serving(self.model, listener, self._chat)
        self._serving.start()
        self.running = True
        return self

    def close(self) -> None:
        """Tell the members, end all threads and free the port. To close what is closed does nothing."""
        if not self.running:
            return
        self.running = False
        self._serving.close()

    def __enter__(self) -> TcpServer:
        return self.start()

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<TCP room ({self.model}), {'open' if self.running else 'closed'}, {len(self.nicknames)} here>"


def _serving(model: Model, listener: socket.socket, chat: TcpChat[Any]) -> Serving:
    match model:
        case "threads":
            return ThreadedServer(listener, chat)
        case "selectors":
            return SelectorLoop(listener, chat)
        case "asyncio":
            from chatlab.tcp.models.asyncio import AsyncioServer  # noqa: PLC0415  # slow to import

            return AsyncioServer(listener, chat)


def main(arguments: Sequence[str] | None = None) -> int:
    """The program. Returns its exit code."""
    parser = parser_for("chatlab.tcp.server", "Run a TCP chatroom.", DEFAULT_PORT)
    parser.add_argument(
        "--model",
        choices=MODELS,
        default=DEFAULT_MODEL,
        help="how the server waits for many clients at once; selectors serves the most of them with one CPU, about 1.4 "
        "times as many as threads and 1.2 times as many as asyncio, and with the least memory (measured by python -m "
        "chatlab.bench single)",
    )
    add_options(parser, Limits)
    given = parser.parse_args(arguments)
    limits = values_of(Limits, given)
    allow_many_connections()
    return run_server(
        lambda log: TcpServer(given.host, given.port, limits, model=given.model, log=log),
    )


if __name__ == "__main__":
    sys.exit(main())
