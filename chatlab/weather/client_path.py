"""A client's path through the weather relay: a socket of its own towards the server, and a link each way.

So the server sees as many addresses as there are clients. Paths are bounded in number, and are closed when nobody has
used them for a while.
"""

from __future__ import annotations

import selectors
import socket
from collections.abc import Callable, Iterator

from chatlab.room.addresses import Address, shown
from chatlab.udp.protocol import ALIVE, MAX_DATAGRAM
from chatlab.udp.sockets.buffers import enlarge_buffers
from chatlab.udp.sockets.closed_ports import SEND_TRIES
from chatlab.weather.fate import Direction, Link

MAX_CLIENTS = 200
# A client that has sent nothing for this long is gone, in seconds. A room's member sends something every ALIVE seconds.
IDLE_LIMIT = 6 * ALIVE

Target = tuple[socket.AddressFamily, Address]


class ClientPaths:
    """The path of each client, by the client's address. Each path's socket is registered with `selector`."""

    def __init__(self, server: Target, seed: int, selector: selectors.BaseSelector, log: Callable[[str], None]) -> None:
        self._server = server
        self._seed = seed
        self._selector = selector
        self._log = log
        self._paths: dict[Address, ClientPath] = {}
        self._opened = 0

    @property
    def clients(self) -> tuple[Address, ...]:
        """Their addresses, in the order in which they came."""
        return tuple(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def __contains__(self, client: Address) -> bool:
        return client in self._paths

    def path_of(self, client: Address, now: float) -> ClientPath | None:
        """The path of `client`, which has just sent something; a new one if need be. None if there are too many."""
        path = self._paths.get(client) or self._open(client)
        if path:
            path.heard_at = now
        return path

    def close(self, client: Address) -> None:
        """Close the path of `client`, if there is one."""
        if path := self._paths.pop(client, None):
            self._selector.unregister(path.socket)
            path.close()
            self._log(f"client {path.number} has gone ({len(self._paths)} here)")

    def close_idle(self, now: float) -> None:
        for client, path in list(self._paths.items()):
            if now - path.heard_at > IDLE_LIMIT:
                self.close(client)

    def _open(self, client: Address) -> ClientPath | None:
        if len(self._paths) >= MAX_CLIENTS:
            return None
        try:
            path = ClientPath(self._opened, client, self._server, self._seed)
        except OSError:  # no file descriptor is left, or no route leads to the server
            return None
        self._opened += 1
        self._paths[client] = path
        self._selector.register(path.socket, selectors.EVENT_READ, path)
        self._log(f"client {path.number} comes from {shown(client)} ({len(self._paths)} here)")
        return path


class ClientPath:
    """The path of client number `number`, at the address `client`. Raises OSError if it can't have a socket.

    `heard_at`: when the client last sent something, in seconds. `server`, `seen_at`: the server's address, and the one
    that the server sees.
    """

    def __init__(self, number: int, client: Address, server: Target, seed: int) -> None:
        family, address = server
        self.number = number
        self.client = client
        self.heard_at = 0.0
        self.links = {direction: Link(seed, number, direction) for direction in Direction}
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        try:
            enlarge_buffers(self.socket)
            self.socket.setblocking(False)
            self.socket.connect(address)
            self.server: Address = self.socket.getpeername()
            self.seen_at: Address = self.socket.getsockname()
        except OSError:
            self.socket.close()
            raise

    def receive_all(self) -> Iterator[bytes]:
        """Each datagram of the server that is there."""
        while True:
            try:
                yield self.socket.recv(MAX_DATAGRAM)
            except BlockingIOError:
                return
            except OSError:  # about a datagram that we sent: nobody has the server's port open
                continue

    def send(self, datagram: bytes) -> None:
        """Send to the server. What the system does not take, or what comes after `close`, is lost, as in UDP it may."""
        for _ in range(SEND_TRIES):
            try:
                self.socket.send(datagram)
            except OSError:  # most likely about an earlier datagram
                continue
            return

    def close(self) -> None:
        self.socket.close()
