"""A client's line through the weather relay: its own socket towards the server, and its links both ways.

The server sees as many addresses as there are clients. Lines are bounded in number, and end when nobody uses them.
"""

from __future__ import annotations

import selectors
import socket
from collections.abc import Callable, Iterator

from chatlab.room.addresses import Address, shown
from chatlab.udp.protocol import MAX_DATAGRAM
from chatlab.udp.sockets import SEND_TRIES, enlarge_buffers
from chatlab.weather.fate import Direction, Link

MAX_LINES = 200
# A client that sends nothing for so long has gone, in seconds. A room's member sends something every 30.
IDLE_LIMIT = 150.0

Target = tuple[socket.AddressFamily, Address]


class Lines:
    """The lines of all clients, by the client's address. A new line's socket is registered with `selector`."""

    def __init__(self, server: Target, seed: int, selector: selectors.BaseSelector, log: Callable[[str], None]) -> None:
        self._server = server
        self._seed = seed
        self._selector = selector
        self._log = log
        self._lines: dict[Address, Line] = {}
        self._opened = 0

    @property
    def clients(self) -> tuple[Address, ...]:
        """Their addresses, in the order in which they came."""
        return tuple(self._lines)

    def line_of(self, client: Address, now: float) -> Line | None:
        """The line of `client`, who has sent something; a new one if need be. None if there are too many."""
        line = self._lines.get(client) or self._open(client)
        if line:
            line.heard_at = now
        return line

    def hang_up(self, client: Address) -> None:
        """End the line of `client`, if there is one."""
        if line := self._lines.pop(client, None):
            self._selector.unregister(line.socket)
            line.close()
            self._log(f"client {line.number} has gone ({len(self._lines)} here)")

    def hang_up_on_idle(self, now: float) -> None:
        for client, line in list(self._lines.items()):
            if now - line.heard_at > IDLE_LIMIT:
                self.hang_up(client)

    def _open(self, client: Address) -> Line | None:
        if len(self._lines) >= MAX_LINES:
            return None
        try:
            line = Line(self._opened, client, self._server, self._seed)
        except OSError:  # no file descriptors are left, or no route leads to the server
            return None
        self._opened += 1
        self._lines[client] = line
        self._selector.register(line.socket, selectors.EVENT_READ, line)
        self._log(f"client {line.number} comes from {shown(client)} ({len(self._lines)} here)")
        return line


class Line:
    """The line of client number `number`, who is at `client`. Raises OSError if it can't have a socket.

    `heard_at`: when the client last sent something, in seconds. `seen_at`: the address that the server sees.
    """

    def __init__(self, number: int, client: Address, server: Target, seed: int) -> None:
        self.number = number
        self.client = client
        self.heard_at = 0.0
        self.to_server = Link(seed, number, Direction.TO_SERVER)
        self.to_client = Link(seed, number, Direction.TO_CLIENT)
        family, address = server
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        try:
            enlarge_buffers(self.socket)
            self.socket.setblocking(False)
            self.socket.connect(address)
        except OSError:
            self.socket.close()
            raise
        self.seen_at: Address = self.socket.getsockname()

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
        """Send to the server. What the system does not take, or comes after `close`, is lost, as UDP may."""
        for _ in range(SEND_TRIES):
            try:
                self.socket.send(datagram)
            except OSError:  # most likely about an earlier datagram
                continue
            return

    def close(self) -> None:
        self.socket.close()
