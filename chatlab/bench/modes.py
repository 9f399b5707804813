"""What `python -m chatlab.bench` can measure."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from chatlab.bench.load import Load
from chatlab.bench.servers import BARE_TCP, BARE_UDP, NAIVE, TCP_MODELS, UDP, Server
from chatlab.tcp.server import DEFAULT_MODEL

DEFAULT = next(server for server in TCP_MODELS if server.name.endswith(DEFAULT_MODEL))
OTHERS = tuple(server for server in TCP_MODELS if server is not DEFAULT)


class Mode(NamedTuple):
    """`servers`: the others are compared with the last one. `load`: that of so many clients; None: they are idle."""

    about: str
    servers: tuple[Server, ...]
    clients: tuple[int, ...]
    load: Callable[[int], Load] | None


MODES = {
    "talk": Mode(
        "10 members say a line a round; two rounds under way; compared with the default model",
        (UDP, *OTHERS, DEFAULT),
        (10, 100, 1000),
        lambda clients: Load(clients, min(10, clients), 1, window=2),
    ),
    "single": Mode(
        "one line under way, so nothing to batch; compared with a bare loop of send over as many sockets",
        (*TCP_MODELS, BARE_TCP),
        (100,),
        lambda clients: Load(clients, 1, 1),
    ),
    "flood": Mode(
        "10 members say 8 lines a round; compared with a naive room: a thread a client, a sendall a line and reader",
        (*TCP_MODELS, NAIVE),
        (100,),
        lambda clients: Load(clients, min(10, clients), 8),
    ),
    "crowd": Mode(
        "all members say a line a round; see the latest; compared with the default model",
        (UDP, *OTHERS, DEFAULT),
        (1000,),
        lambda clients: Load(clients, clients, 1),
    ),
    "udp": Mode(
        "one member's datagrams, 50 of them under way; compared with a bare loop of sendto to as many sockets",
        (UDP, BARE_UDP),
        (50,),
        lambda clients: Load(clients, 1, 1, window=50),
    ),
    "idle": Mode(
        "the memory that clients cost who say nothing: connections without a nickname, and members",
        (DEFAULT,),
        (10_000,),
        None,
    ),
}
