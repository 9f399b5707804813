"""What a client costs that says nothing: the server's memory with the first one, and when all are there."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack

from chatlab.bench.load import Latencies, Load, measure
from chatlab.bench.members.members import Members
from chatlab.bench.running_server import RunningServer
from chatlab.bench.servers import Server

# Seconds. If nobody hears anything meanwhile, all notices have been delivered.
QUIET = 0.5
# So many come at once. The notices of many together would be most of what is measured: a process keeps memory.
FEW = 25


def idle(server: Server, clients: int) -> Iterator[str]:
    """A line about connections that have no nickname yet, where there are connections, and one about members.

    Raises NobodyAnswers if the server does not let all of them in.
    """
    if server.members.kind is socket.SOCK_STREAM:
        with Held(server, clients) as held:
            yield str(held)
    with ExitStack() as stack:
        running, members, before = _open(stack, server, clients)
        members.admit(clients - 1, FEW)
        while any(True for _ in members.listen(QUIET)):
            pass
        yield _line(f"{server.name}: {clients:,} members held", before, running.memory(), clients)


class Held:
    """`clients` connections to `server`, held until the end of `with`; all but the first one, a member, say nothing.

    Raises NobodyAnswers if the server does not take them.
    """

    def __init__(self, server: Server, clients: int) -> None:
        self.clients = clients
        self._server = server
        self._stack = ExitStack()

    def __enter__(self) -> Held:
        with ExitStack() as stack:
            self.running, self._members, self._before = _open(stack, self._server, self.clients)
            strangers = [stack.enter_context(self._members.connect()) for _ in range(self.clients - 1)]
            for stranger in strangers:
                stranger.recv(1)  # it has been asked for its nickname
            self._after = self.running.memory()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    def talk(self, seconds: float = 0.2) -> Latencies:
        """A second member comes in, and hears the first one for so many seconds."""
        self._members.admit(1)
        return measure(self.running, self._members, Load(2, 1, 1), seconds).latencies

    def __str__(self) -> str:
        held = f"{self._server.name}: {self.clients:,} connections held"
        return _line(held, self._before, self._after, self.clients)


def _open(stack: ExitStack, server: Server, clients: int) -> tuple[RunningServer, Members, int | None]:
    """The server at work, its first member, and the memory that it has then."""
    running = stack.enter_context(RunningServer(server, clients))
    members = stack.enter_context(server.members(running))
    members.admit(1)
    return running, members, running.memory()


def _line(held: str, before: int | None, after: int | None, clients: int) -> str:
    if before is None or after is None:
        return f"{held}; on this system the memory of another process is unknown"
    each = (after - before) / max(clients - 1, 1)
    return f"{held}: {each:,.0f} bytes each ({before / 2**20:.1f} MiB with the first, {after / 2**20:.1f} MiB with all)"
