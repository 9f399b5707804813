"""What it costs a server that somebody comes: over TLS, where the two have to agree first, and without."""

from __future__ import annotations

import socket
import struct
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from statistics import median
from typing import NamedTuple

from chatlab.bench.members.members import Members
from chatlab.bench.running_server import RunningServer
from chatlab.bench.servers import NAME_LENGTH, Server

# On, for 0 seconds: to close a socket with this SO_LINGER resets the connection (socket(7)), and leaves no port behind
# that waits. Windows has shorts in it.
_RESET = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


class _Turn(NamedTuple):
    """`cpu`: seconds of the server's time."""

    connections: int
    elapsed: float
    cpu: float | None


def handshakes(servers: Sequence[Server], repeats: int, seconds: float) -> Iterator[str]:
    """A header, and a row for each of `servers`: how many connections a second it takes, and asks for a nickname.

    One comes after the other. Raises NobodyAnswers or CantStart.
    """
    yield f"{'server':{NAME_LENGTH}} connections   a second  CPU ms each    a CPU s"
    with ExitStack() as stack:
        at_work = []
        for server in servers:
            running = stack.enter_context(RunningServer(server, 2))
            members = stack.enter_context(server.members(running))
            members.admit(1)
            at_work.append((running, members))
        turns = [[_measure(*one, seconds) for one in at_work] for _ in range(repeats)]
    for server, of_it in zip(servers, zip(*turns, strict=True), strict=True):
        yield _row(server.name, of_it)


def _measure(running: RunningServer, members: Members, seconds: float) -> _Turn:
    before = running.cpu_seconds()
    connections = 0
    began = time.perf_counter()
    while not connections or time.perf_counter() - began < seconds:
        with members.connect() as sock:
            sock.recv(1)  # it is asked for its nickname
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        connections += 1
    elapsed, after = time.perf_counter() - began, running.cpu_seconds()
    return _Turn(connections, elapsed, None if before is None or after is None else after - before)


def _row(name: str, turns: Sequence[_Turn]) -> str:
    count = sum(turn.connections for turn in turns)
    row = f"{name:{NAME_LENGTH}} {count:11,} {median(turn.connections / turn.elapsed for turn in turns):10,.0f}"
    each = [turn.cpu / turn.connections for turn in turns if turn.cpu]
    return f"{row} {1000 * median(each):12.3f} {1 / median(each):10,.0f}" if each else f"{row} {'-':>12} {'-':>10}"
