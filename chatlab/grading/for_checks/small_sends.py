"""A connection of which each `send` takes only a few bytes, as one does whose buffer is nearly full.

It is real in all else: what was taken arrives at the other end, whoever has sent it and by which call.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable
from typing import Any, NamedTuple, TypeVar


class Send(NamedTuple):
    """A call of `send`: the bytes that it was given, and how many of these it took."""

    given: bytes
    taken: int


class SmallSends(socket.socket):
    """A TCP socket. `most`: how many bytes a `send` takes. `sends`: the calls so far. `was_shut_down`: by this end."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.most = 3
        self.sends: list[Send] = []
        self.was_shut_down = False

    @property
    def was_closed(self) -> bool:
        return self.fileno() == -1

    def send(self, data: Any, *flags: Any) -> int:
        number = super().send(memoryview(data).cast("B")[: self.most], *flags)
        self.sends.append(Send(bytes(memoryview(data)), number))
        return number

    def sendall(self, data: Any, *flags: Any) -> None:
        rest = memoryview(data).cast("B")
        while rest:
            rest = rest[self.send(rest, *flags) :]

    def sendto(self, data: Any, *flags_and_address: Any) -> int:
        return self.send(data, *flags_and_address[:-1])

    def sendmsg(self, buffers: Iterable[Any], ancdata: Any = (), flags: int = 0, address: Any = None) -> int:
        return self.send(b"".join(map(memoryview, buffers)), flags)

    def shutdown(self, how: int) -> None:
        self.was_shut_down = True
        super().shutdown(how)

    def dup(self) -> SmallSends:
        """Another one for the same connection, whose calls are noted here too."""
        twin = super().dup()
        twin.most, twin.sends = self.most, self.sends
        return twin


Socket = TypeVar("Socket", bound=socket.socket)


def connect_pair(kind: type[Socket] = SmallSends) -> tuple[Socket, socket.socket]:  # type: ignore[assignment]  # python/mypy#3737
    """Both ends of a TCP connection over the loopback."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ours = kind(socket.AF_INET, socket.SOCK_STREAM)
        ours.connect(listener.getsockname())
        theirs, _ = listener.accept()
    return ours, theirs
