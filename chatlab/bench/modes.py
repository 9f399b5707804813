"""What `python -m chatlab.bench` can measure."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import NamedTuple

from chatlab.bench.comparison import compare, header
from chatlab.bench.files import allow_files
from chatlab.bench.handshakes import handshakes
from chatlab.bench.idle import idle
from chatlab.bench.load import Load
from chatlab.bench.servers import BARE_TCP, BARE_UDP, NAIVE, RELAYED, TCP_MODELS, TLS_MODELS, TRACED, UDP, Server
from chatlab.bench.storm import storm
from chatlab.tcp.cluster.child_broker import ChildBroker
from chatlab.tcp.models.serving import DEFAULT_MODEL

DEFAULT = next(server for server in TCP_MODELS if server.name.endswith(DEFAULT_MODEL))
OTHERS = tuple(server for server in TCP_MODELS if server is not DEFAULT)

# From what was given on the command line to the lines of what came out.
Measure = Callable[[Namespace], Iterator[str]]


class Mode(NamedTuple):
    """What is measured, in one line, and how. `measure` raises OSError, with one line to show, where it can't be."""

    about: str
    measure: Measure


def _under_load(servers: tuple[Server, ...], clients: tuple[int, ...], load: Callable[[int], Load]) -> Measure:
    """Compare `servers` with the last of them under load, with each number of `clients` in turn."""

    def measure(given: Namespace) -> Iterator[str]:
        contenders = (*given.server, *given.udp_server, *servers)
        yield header()
        for count in given.clients or clients:
            allow_files(count * len(contenders))
            yield from compare(contenders, load(count), given.repeats, given.seconds)

    return measure


def _cluster(given: Namespace) -> Iterator[str]:
    with ExitStack() as stack:
        among_many = [_with_a_broker(stack, server) for server in TCP_MODELS]
        yield from _under_load((*among_many, *OTHERS, DEFAULT), (100,), _talk)(given)


def _two(given: Namespace) -> Iterator[str]:
    with ExitStack() as stack:
        two = _with_a_broker(stack, DEFAULT, processes=2)
        yield from _under_load((two, DEFAULT), (2, 1000), _quiet_or_talk)(given)


def _with_a_broker(stack: ExitStack, server: Server, processes: int = 1) -> Server:
    """`server` with one of its own: through the same broker they would all be one room."""
    broker = stack.enter_context(ChildBroker()).broker
    name = server.name.replace("tcp", "cluster" if processes == 1 else f"{processes} x")
    return Server(name, (*server.arguments, f"--cluster={broker.url}"), server.members, processes)


def _quiet_or_talk(clients: int) -> Load:
    """Of two, one speaks to the other, 20 times a second: what a line takes between servers that have nothing else."""
    return Load(2, 1, 1, rest=0.05) if clients == 2 else _talk(clients)


def _talk(clients: int) -> Load:
    return Load(clients, min(10, clients), 1, window=2)


def _idle(given: Namespace) -> Iterator[str]:
    many, few = (*given.server, *given.udp_server, DEFAULT), TLS_MODELS  # each notice is sealed for each member
    for server, usual in (*((server, 10_000) for server in many), *((server, 100) for server in few)):
        for count in given.clients or (usual,):
            allow_files(count)
            yield from idle(server, count)


def _handshakes(given: Namespace) -> Iterator[str]:
    yield from handshakes((*given.server, *TLS_MODELS, *TCP_MODELS), given.repeats, given.seconds)


MODES = {
    "talk": Mode(
        "10 members say a line a round; two rounds under way; compared with the default model",
        _under_load((UDP, *OTHERS, DEFAULT), (10, 100, 1000), _talk),
    ),
    "single": Mode(
        "one line under way, so nothing to batch; compared with a bare loop of send over as many sockets",
        _under_load((*TCP_MODELS, BARE_TCP), (100,), lambda clients: Load(clients, 1, 1)),
    ),
    "flood": Mode(
        "10 members say 8 lines a round; compared with a naive room: a thread a client, a sendall a line and reader",
        _under_load((*TCP_MODELS, NAIVE), (100,), lambda clients: Load(clients, min(10, clients), 8)),
    ),
    "crowd": Mode(
        "all members say a line a round; see the latest; compared with the default model",
        _under_load((UDP, *OTHERS, DEFAULT), (1000,), lambda clients: Load(clients, clients, 1)),
    ),
    "tls": Mode(
        "10 members say a line a round, over TLS; compared with the default model without TLS",
        _under_load((*TLS_MODELS, DEFAULT), (100,), _talk),
    ),
    "cluster": Mode(
        "the same load on one server among many, the only one with members; compared with the default model alone",
        _cluster,
    ),
    "two": Mode(
        "one member speaks to another, then the same load, on two servers that are one room; compared with one server",
        _two,
    ),
    "handshakes": Mode("connections that come one after the other, and go before they have a nickname", _handshakes),
    "udp": Mode(
        "one member's datagrams, 50 of them under way; compared with a bare loop of sendto to as many sockets",
        _under_load((UDP, BARE_UDP), (50,), lambda clients: Load(clients, 1, 1, window=50)),
    ),
    "weather": Mode(
        "the same load through a relay of fair weather (its CPU time alone); compared with the room alone",
        _under_load((RELAYED, UDP), (2,), lambda clients: Load(clients, 1, 1, window=50)),
    ),
    "trace": Mode(
        "the same load while a trace records all of it; compared with trace=None, which loads no line of it",
        _under_load((TRACED, UDP), (50,), lambda clients: Load(clients, 1, 1, window=50)),
    ),
    "idle": Mode(
        "the memory that clients cost who say nothing: connections without a nickname, and members; also over TLS",
        _idle,
    ),
    "storm": Mode("what bad weather does to a talk in a plain room, and what a reliable room makes of it", storm),
}
