"""The TCP room under each of its models, with more and more clients: the same load for all, one model after another.

Each server is a process of its own; its members are in this one. All three answer the same verbs (chatlab.tcp.server).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from chatlab.bench.files import allowed_sockets
from chatlab.bench.load import Load, measure
from chatlab.bench.models.measured import Measured, Point
from chatlab.bench.running_server import RunningServer
from chatlab.bench.servers import TCP_MODELS
from chatlab.tcp.models.serving import MODELS

CLIENTS = (10, 100, 1000)
SPEAKERS = 10  # of them, at most; each says a line in a round
FEWEST = 2  # one hears nobody
AT_ONCE = 100  # come in at once
# On Windows, where `selectors` has select() alone: it takes 512 sockets, and looks at each of them in every call.
MOST_ON_WINDOWS = 200
WARM_UP = 0.05  # seconds

Tell = Callable[[float, str], object]


def measure_models(
    clients: Sequence[int] = CLIENTS, seconds: float = 0.3, tell: Tell = lambda share, what: None
) -> Measured:
    """Measure each model with each number of `clients`, or as many as the system allows, for `seconds` each.

    `tell` is called with the share that is done, from 0.0 to 1.0, and with what comes next. Raises NobodyAnswers or
    Dropped if a server does not serve its members.
    """
    most = _most_clients(max(clients, default=0))
    sizes = sorted({max(FEWEST, min(size, most)) for size in clients})
    if not sizes:
        return Measured()
    points: list[Point] = []
    all_of_them = len(MODELS) * sizes[-1]
    done = 0
    for model, server in zip(MODELS, TCP_MODELS, strict=True):
        with RunningServer(server, sizes[-1]) as running, server.members(running) as members:
            for size in sizes:
                while (here := len(members.sockets)) < size:
                    tell(done / all_of_them, f"{model}: {here:,} of {size:,} clients are in")
                    more = min(AT_ONCE, size - here)
                    members.admit(more)
                    done += more
                tell(done / all_of_them, f"{model}: {size:,} clients talk")
                load = Load(size, min(SPEAKERS, size), 1, window=2)
                measure(running, members, load, WARM_UP)
                result = measure(running, members, load, seconds)
                median, late, _ = result.latencies
                points.append(Point(model, size, result.rate, result.efficiency, median, late, running.peak_memory()))
    tell(1.0, "measured")
    return Measured(points)


def _most_clients(wanted: int) -> int:
    allowed = allowed_sockets(wanted)
    if sys.platform == "win32":
        return min(allowed, MOST_ON_WINDOWS)
    return allowed
