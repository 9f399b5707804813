"""A socket that tells a trace what crosses it, and otherwise is the socket that it was.

It takes over the file descriptor, so its user does not notice; and a socket that nobody watches costs nothing. Recorded
is what really crossed: the bytes that `send` took, the piece that `recv` returned. What only looks (MSG_PEEK) crosses
nothing. On Windows, asyncio's own loop reads past it.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from chatlab.trace.socket_end import SocketEnd

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

    from chatlab.trace.recording import Trace

Received = TypeVar("Received")


class WatchedSocket(socket.socket):
    """Made by `Trace.watch`. `peer_name`: what to call the other end of a connected socket."""

    _end: SocketEnd

    @classmethod
    def take_over(cls, sock: socket.socket, trace: Trace, name: str, peer_name: str = "") -> WatchedSocket:
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
        time = self._end.trace.clock()
        super().connect(address)
        self._end.meet_peer()
        if self._end.is_stream:
            self._end.connect(time)

    def accept(self) -> tuple[socket.socket, Any]:
        connection, address = super().accept()
        watched = WatchedSocket.take_over(connection, self._end.trace, self._end.name)
        watched._end.peer = address  # it may have gone already
        watched._end.accept()
        return watched, address

    def send(self, data: ReadableBuffer, flags: int = 0, /) -> int:
        time = self._end.trace.clock()
        sent = super().send(data, flags)
        self._end.send(_beginning(data, sent), time)
        return sent

    def sendall(self, data: ReadableBuffer, flags: int = 0, /) -> None:
        time = self._end.trace.clock()
        super().sendall(data, flags)
        self._end.send(bytes(data), time)

    def sendto(self, data: ReadableBuffer, *flags_and_address: Any) -> int:
        time = self._end.trace.clock()
        sent = super().sendto(data, *flags_and_address)
        self._end.send(_beginning(data, sent), time, flags_and_address[-1])
        return sent

    if sys.platform != "win32":  # that has no sendmsg

        def sendmsg(self, buffers: Iterable[ReadableBuffer], *rest: Any) -> int:
            pieces = list(buffers)
            time = self._end.trace.clock()
            sent = super().sendmsg(pieces, *rest)
            self._end.send(b"".join(map(bytes, pieces))[:sent], time)
            return sent

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        return self.recvfrom(size, flags)[0]  # recv does not tell where a datagram comes from

    def recvfrom(self, size: int, flags: int = 0, /) -> tuple[bytes, Any]:
        data, address = self._receive(super().recvfrom, size, flags)
        if not flags & socket.MSG_PEEK:
            self._end.receive(data, address)
        return data, address

    def recv_into(self, buffer: WriteableBuffer, size: int = 0, flags: int = 0) -> int:
        count, address = self._receive(super().recvfrom_into, buffer, size, flags)
        if not flags & socket.MSG_PEEK:
            self._end.receive(_beginning(buffer, count), address)
        return count

    def shutdown(self, how: int, /) -> None:
        time = self._end.trace.clock()
        super().shutdown(how)
        if how != socket.SHUT_RD:
            self._end.end(time)

    def close(self) -> None:
        self._end.end(self._end.trace.clock())
        super().close()

    def _receive(self, receive: Callable[..., Received], *arguments: Any) -> Received:
        try:
            return receive(*arguments)
        except ConnectionResetError:
            self._end.reset()
            raise


def _beginning(buffer: ReadableBuffer, size: int) -> bytes:
    return bytes(memoryview(buffer).cast("B")[:size])
