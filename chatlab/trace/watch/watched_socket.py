"""A socket that tells a trace what crosses it, and otherwise is the socket that it was.

It takes over the file descriptor, so the program that uses it does not notice; a socket that nobody watches costs
nothing. It records what really crossed: the bytes that `send` took, the piece that `recv` returned. A call that only
looks (MSG_PEEK) records nothing. On Windows, asyncio's own loop reads without these methods.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from chatlab.trace.recording import Recording
from chatlab.trace.watch.socket_end import SocketEnd

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

Returned = TypeVar("Returned")
# With these flags a call takes nothing out of what has come (MSG_ERRQUEUE is Linux's: see recv(2)).
LOOKING = socket.MSG_PEEK | getattr(socket, "MSG_ERRQUEUE", 0)


class WatchedSocket(socket.socket):
    """Made by `Trace.watch`. `peer_name`: what to call the other end of a connected socket."""

    _end: SocketEnd

    @classmethod
    def take_over(cls, sock: socket.socket, trace: Recording, name: str, peer_name: str = "") -> WatchedSocket:
        """Raises ValueError for a socket that has no port."""
        if sock.family not in (socket.AF_INET, socket.AF_INET6):
            raise ValueError("only sockets of the families AF_INET and AF_INET6 can be watched")
        timeout = sock.gettimeout()
        watched = cls(sock.family, sock.type, sock.proto, fileno=sock.detach())
        watched.settimeout(timeout)
        watched._end = SocketEnd(watched, trace, name, peer_name)
        watched._end.meet_peer()
        return watched

    def bind(self, address: Any, /) -> None:
        super().bind(address)
        self._end.attend()

    def connect(self, address: Any, /) -> None:
        self._end.connect(self._end.trace.clock())
        super().connect(address)
        self._end.meet_peer()

    def connect_ex(self, address: Any, /) -> int:
        self._end.connect(self._end.trace.clock())
        problem = super().connect_ex(address)
        self._end.meet_peer()
        return problem

    def accept(self) -> tuple[socket.socket, Any]:
        connection, address = super().accept()
        watched = WatchedSocket.take_over(connection, self._end.trace, self._end.name)
        watched._end.peer = address  # it may have gone already
        watched._end.accept()
        return watched, address

    def send(self, data: ReadableBuffer, flags: int = 0, /) -> int:
        time = self._end.trace.clock()
        sent = self._told(super().send, data, flags)
        self._end.send(_beginning(data, sent), time)
        return sent

    def sendall(self, data: ReadableBuffer, flags: int = 0, /) -> None:
        time = self._end.trace.clock()
        self._told(super().sendall, data, flags)
        self._end.send(bytes(data), time)

    def sendto(self, data: ReadableBuffer, *flags_and_address: Any) -> int:
        time = self._end.trace.clock()
        sent = self._told(super().sendto, data, *flags_and_address)
        self._end.send(_beginning(data, sent), time, flags_and_address[-1])
        return sent

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        return self.recvfrom(size, flags)[0]  # recv does not tell where a datagram comes from

    def recvfrom(self, size: int, flags: int = 0, /) -> tuple[bytes, Any]:
        data, address = self._told(super().recvfrom, size, flags)
        self._note(data, address, flags)
        return data, address

    def recv_into(self, buffer: WriteableBuffer, size: int = 0, flags: int = 0) -> int:
        return self.recvfrom_into(buffer, size, flags)[0]

    def recvfrom_into(self, buffer: WriteableBuffer, size: int = 0, flags: int = 0) -> tuple[int, Any]:
        count, address = self._told(super().recvfrom_into, buffer, size, flags)
        self._note(_beginning(buffer, count), address, flags)
        return count, address

    if sys.platform != "win32":  # that has neither

        def sendmsg(
            self, buffers: Iterable[ReadableBuffer], ancillary: Any = (), flags: int = 0, address: Any = None, /
        ) -> int:
            pieces = list(buffers)
            time = self._end.trace.clock()
            sent = self._told(super().sendmsg, pieces, ancillary, flags, address)
            self._end.send(b"".join(map(bytes, pieces))[:sent], time, address)
            return sent

        def recvmsg(self, size: int, ancillary_size: int = 0, flags: int = 0, /) -> tuple[bytes, Any, int, Any]:
            data, ancillary, found, address = self._told(super().recvmsg, size, ancillary_size, flags)
            self._note(data, address, flags)
            return data, ancillary, found, address

    def shutdown(self, how: int, /) -> None:
        time = self._end.trace.clock()
        super().shutdown(how)
        if how != socket.SHUT_RD:
            self._end.end(time)

    def close(self) -> None:
        was_open, time = self.fileno() >= 0, self._end.trace.clock()
        super().close()
        if was_open and self.fileno() < 0:  # or a file that was made of it is still open
            self._end.close(time)

    def _told(self, call: Callable[..., Returned], *arguments: Any) -> Returned:
        try:
            return call(*arguments)
        except (ConnectionResetError, ConnectionRefusedError):  # the latter of a datagram that was sent: udp(7)
            self._end.reset()
            raise

    def _note(self, data: bytes, address: Any, flags: int) -> None:
        if not flags & LOOKING:
            self._end.receive(data, address)


def _beginning(buffer: ReadableBuffer, size: int) -> bytes:
    return bytes(memoryview(buffer).cast("B")[:size])
