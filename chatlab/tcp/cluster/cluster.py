"""What makes a server one room with others: a chat that knows of them, a bridge, and the link between the two."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

from chatlab.room.addresses import Address
from chatlab.room.errors import NoBroker
from chatlab.tcp.cluster.bridge import Bridge
from chatlab.tcp.cluster.broker import Broker
from chatlab.tcp.cluster.broker_connection import try_broker
from chatlab.tcp.cluster.link import MOST_MEMBERS
from chatlab.tcp.cluster.room.chat import ClusterChat
from chatlab.tcp.limits import Limits


class Cluster:
    """`chat`: the room of this server. Raises NoBroker for more members than it can tell the others of."""

    def __init__(self, broker: Broker, limits: Limits, log: Callable[[str], None]) -> None:
        if limits.max_members > MOST_MEMBERS:
            raise NoBroker(f"a server among many has at most {MOST_MEMBERS:,} members: lower --max-members")
        self.chat: ClusterChat[Any] = ClusterChat(limits, log=log)
        self._broker = broker

    def open(self, room: Address, resources: ExitStack) -> Mapping[str, Callable[[], None]]:
        """Connect to `room`, which listens already. Returns the bridge's thread. Raises NoBroker."""
        with ThreadPoolExecutor(1, "tcp-bridge-try") as another_thread:  # a notebook's own runs a loop already
            another_thread.submit(asyncio.run, try_broker(self._broker)).result()
        link = resources.enter_context(socket.create_connection(room[:2]))
        self.chat.link_address = link.getsockname()
        return {"tcp-bridge": Bridge(self._broker, link).serve}
