"""Servers that are one room, for the cells of lesson 18, with a broker on the loopback. What is missing they print."""

from __future__ import annotations

import atexit
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cache
from importlib.util import find_spec

from chatlab.room.errors import CantStart, NoBroker
from chatlab.tcp.cluster.broker import Broker
from chatlab.tcp.cluster.child_broker import ChildBroker
from chatlab.tcp.server import TcpServer


def joined(servers: int = 2) -> Iterator[tuple[ChildBroker, list[TcpServer]]]:
    """To be used by `for`: a broker of its own and the rooms, once, until the cell ends; nothing if one is missing."""
    with ExitStack() as stack:
        try:
            broker = stack.enter_context(ChildBroker())
            rooms = [stack.enter_context(TcpServer(port=0, cluster=broker.broker)) for _ in range(servers)]
        except (CantStart, NoBroker) as error:
            print(error)
        else:
            yield broker, rooms


def lasting_broker() -> Broker | None:
    """The one of this notebook, as long as its kernel runs; None if there can be none."""
    try:
        if find_spec("nats"):
            return _lasting().broker
        print("there is no nats-py here: in the project's folder: pip install -r requirements.txt")
    except CantStart as error:
        print(error)
    return None


@cache
def _lasting() -> ChildBroker:
    broker = ChildBroker().start()
    atexit.register(broker.close)
    return broker
