"""A socket that tells a trace what crosses it, and otherwise is the socket that it was.

It takes over the file descriptor, so its user does not notice; and a socket that nobody watches costs nothing. Recorded
is what really crossed: the bytes that `send` took, the piece that `recv` returned. What only looks (MSG_PEEK) crosses
nothing, and neither does a datagram by which a program wakes a thread of its own.
"""

from __future__ import annotations

import contextlib
import socket
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from chatlab.addresses import Address
from chatlab.trace.own_address import own_address
from chatlab.trace.records import Record, Step, Transport

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

    from chatlab.trace.recording import Trace

Received = TypeVar("Received")


class WatchedSocket(socket.socket):
    """Made by `Trace.watch`. `peer_name`: what to call the other end of a connected socket."""

    _trace: Trace
    _name: str
    _peer_name: str
    _local: Address | None = None
    _peer: Address | None = None  # of a connected socket
    _has_ended = False

    @classmethod
    def take_over(cls, sock: socket.socket, trace: Trace, name: str, peer_name: str = "") -> WatchedSocket:
        """Raises ValueError for a socket that has no port."""
        if sock.family not in (socket.AF_INET, socket.AF_INET6):
            raise ValueError("only sockets of the families AF_INET and AF_INET6 can be watched")
        timeout = sock.gettimeout()
        watched = cls(sock.family, sock.type, sock.proto, fileno=sock.detach())
        watched.settimeout(timeout)
        watched._trace, watched._name, watched._peer_name = trace, name, peer_name
        watched._meet_peer()
        return watched

    def bind(self, address: Any, /) -> None:
        super().bind(address)
        self._attend()

    def connect(self, address: Any, /) -> None:
        time = self._trace.clock()
        super().connect(address)
        self._meet_peer()
        if self._is_stream:
            self._add(Step.CONNECTED, self._peer, time=time)

    def accept(self) -> tuple[socket.socket, Any]:
        connection, address = super().accept()
        watched = WatchedSocket.take_over(connection, self._trace, self._name)
        watched._peer = address
        watched._add(Step.CONNECTED, address, is_ours=False)
        return watched, address

    def send(self, data: ReadableBuffer, flags: int = 0, /) -> int:
        time = self._trace.clock()
        sent = super().send(data, flags)
        self._add(Step.SENT, self._peer, _beginning(data, sent), time=time)
        return sent

    def sendall(self, data: ReadableBuffer, flags: int = 0, /) -> None:
        time = self._trace.clock()
        super().sendall(data, flags)
        self._add(Step.SENT, self._peer, bytes(data), time=time)

    def sendto(self, data: ReadableBuffer, *flags_and_address: Any) -> int:
        time = self._trace.clock()
        sent = super().sendto(data, *flags_and_address)
        self._add(Step.SENT, flags_and_address[-1], _beginning(data, sent), time=time)
        return sent

    if sys.platform != "win32":  # that has no sendmsg

        def sendmsg(self, buffers: Iterable[ReadableBuffer], *rest: Any) -> int:
            pieces = list(buffers)
            time = self._trace.clock()
            sent = super().sendmsg(pieces, *rest)
            self._add(Step.SENT, self._peer, b"".join(map(bytes, pieces))[:sent], time=time)
            return sent

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        return self._receive_from(size, flags)[0]

    def recvfrom(self, size: int, flags: int = 0, /) -> tuple[bytes, Any]:
        return self._receive_from(size, flags)

    def recv_into(self, buffer: WriteableBuffer, size: int = 0, flags: int = 0) -> int:
        count, address = self._receive(super().recvfrom_into, buffer, size, flags)
        self._add_received(_beginning(buffer, count), flags, address)
        return count

    def shutdown(self, how: int, /) -> None:
        super().shutdown(how)
        if how != socket.SHUT_RD:
            self._end()

    def close(self) -> None:
        self._end()
        super().close()

    @property
    def _is_stream(self) -> bool:
        return self.type == socket.SOCK_STREAM

    def _meet_peer(self) -> None:
        """Learn who is at both ends, as far as it is known yet."""
        with contextlib.suppress(OSError):  # not connected
            self._peer = self.getpeername()
        if self._peer and self._peer_name:
            self._trace.name(self._peer, self._peer_name)
        self._attend(self._peer)

    def _attend(self, peer: Address | None = None) -> Address:
        """This end's address, as `peer` sees it. The trace learns it when it is new."""
        local = own_address(self.getsockname(), peer)
        if local != self._local and local[1]:
            self._local = local
            self._trace.attend(local, self._name)
        return local

    def _receive_from(self, size: int, flags: int) -> tuple[bytes, Any]:
        # Not by recv: it does not tell where a datagram comes from.
        data, address = self._receive(super().recvfrom, size, flags)
        self._add_received(data, flags, address)
        return data, address

    def _receive(self, receive: Callable[..., Received], *arguments: Any) -> Received:
        try:
            return receive(*arguments)
        except ConnectionResetError:
            if self._is_stream and not self._has_ended:
                self._add(Step.RESET, self._peer, is_ours=False)
                self._has_ended = True
            raise

    def _add_received(self, data: bytes, flags: int, address: Address | None) -> None:
        peer = self._peer if self._is_stream else address
        if not flags & socket.MSG_PEEK:
            self._add(Step.RECEIVED if data or not self._is_stream else Step.END_READ, peer, data, is_ours=False)

    def _end(self) -> None:
        if self._is_stream and self._peer and not self._has_ended:
            self._has_ended = True
            self._add(Step.ENDED, self._peer)

    def _add(
        self, step: Step, peer: Address | None, data: bytes = b"", *, time: float | None = None, is_ours: bool = True
    ) -> None:
        """`is_ours`: this end caused it."""
        if peer is None or (self._is_stream and step is Step.SENT and not data):
            return
        local = self._attend(peer)
        if local[:2] != peer[:2]:
            source, destination = (local, peer) if is_ours else (peer, local)
            transport = Transport.TCP if self._is_stream else Transport.UDP
            time = self._trace.clock() if time is None else time
            self._trace.add(Record(time, step, transport, source[:2], destination[:2], data))


def _beginning(buffer: ReadableBuffer, size: int) -> bytes:
    return bytes(memoryview(buffer).cast("B")[:size])
