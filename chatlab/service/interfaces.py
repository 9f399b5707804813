"""What chatlab's parts know of each other, whatever the protocol behind them.

Client      panels and the terminal know of a client
Server      a room's panel knows of a server
HasAddress  whoever connects knows of a server
Recorder    servers, clients and relays know of a trace
Stream      a client knows of its connection
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from types import TracebackType
from typing import Protocol

from chatlab.room.addresses import Address
from chatlab.room.events import Event


class Client(Protocol):
    """`start` and `say` raise a ChatlabError, or OSError where the network fails; each text is one line to show."""

    on_event: Callable[[Event], None] | None

    @property
    def nickname(self) -> str: ...

    def start(self) -> object: ...

    def say(self, text: str) -> None: ...

    def close(self) -> None: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None: ...


class HasAddress(Protocol):
    @property
    def address(self) -> Address: ...


class Counts(Protocol):
    """Datagrams, or lines, since the start."""

    @property
    def received(self) -> int: ...

    @property
    def sent(self) -> int: ...


class Startable(Protocol):
    """What is started and closed: see `Service`."""

    @property
    def running(self) -> bool: ...

    @property
    def failure(self) -> BaseException | None:
        """What has ended it, if nobody has closed it."""

    def start(self) -> object:
        """Raises a ChatlabError or OSError, with one line to show."""

    def close(self) -> None: ...


class Server(HasAddress, Startable, Protocol):
    """A room. `address` may have port 0 before the first start."""

    @property
    def join_command(self) -> str:
        """What joins it from a terminal."""

    @property
    def nicknames(self) -> tuple[str, ...]: ...

    @property
    def counts(self) -> Counts: ...


class Recorder(Protocol):
    """What a server, a client or a relay knows of the Trace that it is attached to. Trace says what they do."""

    def watch(self, sock: socket.socket, name: str, peer_name: str = "") -> socket.socket: ...

    def name(self, address: Address, name: str) -> None: ...

    def carry(
        self,
        source: Address,
        destination: Address,
        datagram: bytes,
        delays: tuple[float, ...],
        *,
        room: Address | None = None,
        relay: tuple[Address, ...] = (),
        at: float | None = None,
    ) -> None: ...

    def relay(self, client: Address, relay: Address, seen_at: Address, server: Address) -> None: ...


class Stream(Protocol):
    """A socket's connection, or one under TLS. All but `close` raise OSError."""

    def settimeout(self, seconds: float | None, /) -> None: ...

    def send(self, data: bytes, /) -> int: ...

    def recv(self, size: int, /) -> bytes: ...

    def shutdown(self, how: int, /) -> None: ...

    def close(self) -> None: ...
