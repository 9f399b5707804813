"""A UDP socket of which every way to receive goes through `recvfrom`, and every way to send through `sendto` or `send`.

A real socket has a function of C for each of its dozen calls. Here, who watches three of them has seen all.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing_extensions import Self

LARGEST = 65_535  # bytes; more than any datagram has


class CalledSocket(socket.socket):
    """Errors and `repr` call it a socket: a learner's code was given one, and knows of nothing else."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.__module__ = cls.__name__ = cls.__qualname__ = "socket"


class EveryCall(CalledSocket):
    """Python's own documentation of `socket` says what each call does. On Windows, a real socket has no …msg…"""

    def recv(self, *size_and_flags: Any) -> bytes:
        datagram, _ = self.recvfrom(*size_and_flags)
        return datagram

    def recvfrom_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> tuple[int, Any]:
        place = memoryview(buffer).cast("B")
        datagram, sender = self.recvfrom(nbytes or len(place), flags)
        place[: len(datagram)] = datagram
        return len(datagram), sender

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        number, _ = self.recvfrom_into(buffer, nbytes, flags)
        return number

    def recvmsg(self, bufsize: int, ancbufsize: int = 0, flags: int = 0) -> tuple[bytes, list[Any], int, Any]:
        datagram, sender = self.recvfrom(max(bufsize, LARGEST), flags)
        return datagram[:bufsize], [], socket.MSG_TRUNC if len(datagram) > bufsize else 0, sender

    def recvmsg_into(
        self, buffers: Iterable[Any], ancbufsize: int = 0, flags: int = 0
    ) -> tuple[int, list[Any], int, Any]:
        places = [memoryview(buffer).cast("B") for buffer in buffers]
        datagram, *others = self.recvmsg(sum(map(len, places)), ancbufsize, flags)
        rest = datagram
        for place in places:
            part, rest = rest[: len(place)], rest[len(place) :]
            place[: len(part)] = part
        return len(datagram), *others

    def sendall(self, *data_and_flags: Any) -> None:
        self.send(*data_and_flags)

    def sendmsg(self, buffers: Iterable[Any], ancdata: Any = (), flags: int = 0, address: Any = None) -> int:
        datagram = b"".join(map(memoryview, buffers))
        return self.send(datagram, flags) if address is None else self.sendto(datagram, flags, address)

    def detach(self) -> int:
        """A number for the same socket. This one stays open too, so that its lender can go on."""
        return socket.dup(super().fileno())

    def dup(self) -> Self:
        """Another one for the same port. Whatever is told to one of the two, the other knows."""
        twin = type(self).__new__(type(self))
        socket.socket.__init__(twin, self.family, self.type, self.proto, fileno=self.detach())
        twin.__dict__ = self.__dict__
        twin.settimeout(self.gettimeout())
        return twin


def with_room(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """The arguments of a receive, with a buffer for any datagram; those that are wrong stay as they are."""
    is_small = bool(arguments) and isinstance(arguments[0], int) and 0 <= arguments[0] < LARGEST
    return (LARGEST, *arguments[1:]) if is_small else arguments
