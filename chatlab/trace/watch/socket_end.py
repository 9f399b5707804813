"""What a watched socket tells its trace: who is at both ends of it, and what it sends and receives."""

from __future__ import annotations

import contextlib
import socket
from functools import lru_cache

from chatlab.room.addresses import Address
from chatlab.service.resolve import LOOPBACK
from chatlab.trace.recording import Recording
from chatlab.trace.records import Record, Step, Transport


class SocketEnd:
    """`peer`: the other end of a connected socket. Times are by the trace's clock; without one, it is now."""

    def __init__(self, sock: socket.socket, trace: Recording, name: str, peer_name: str) -> None:
        self.trace = trace
        self.name = name
        self.peer: Address | None = None
        self.is_stream = sock.type == socket.SOCK_STREAM
        self._socket = sock
        self._peer_name = peer_name
        self._local: Address | None = None
        self._attended: set[Address] = set()
        self._connects_since: float | None = None  # while it is not connected yet
        self._has_ended = False

    def meet_peer(self) -> None:
        """Learn the addresses of both ends, as far as they are known: a non-blocking socket may still be connecting."""
        with contextlib.suppress(OSError):  # not connected
            self.peer = self._socket.getpeername()
        if self.peer and self._peer_name:
            self.trace.name(self.peer, self._peer_name)
        self.attend(self.peer)
        if self.peer and self._connects_since is not None:
            since, self._connects_since = self._connects_since, None
            self._add(Step.CONNECTED, self.peer, time=since)

    def attend(self, peer: Address | None = None) -> Address | None:
        """This end's address, as `peer` sees it. The trace learns it when it is new."""
        with contextlib.suppress(OSError):  # it has just closed
            self._local = _own_address(self._socket.getsockname(), peer)
        if self._local and self._local[1] and self._local not in self._attended:
            self._attended.add(self._local)
            self.trace.attend(self._local, self.name)
        return self._local

    def send(self, data: bytes, time: float, peer: Address | None = None) -> None:
        if data or not self.is_stream:
            self._add(Step.SENT, peer or self.peer, data, time)

    def receive(self, data: bytes, address: Address | None) -> None:
        """`address`: where a datagram came from."""
        step = Step.RECEIVED if data or not self.is_stream else Step.END_READ
        self._add(step, self.peer if self.is_stream else address, data, is_ours=False)

    def connect(self, time: float) -> None:
        """Whether it succeeds is seen later, by `meet_peer`."""
        if self.is_stream:
            self._connects_since = time

    def accept(self) -> None:
        self._add(Step.CONNECTED, self.peer, is_ours=False)

    def end(self, time: float) -> None:
        """This end says no more."""
        if self.is_stream and self.peer and not self._has_ended:
            self._has_ended = True
            self._add(Step.ENDED, self.peer, time=time)

    def close(self, time: float) -> None:
        """The socket is closed."""
        self.end(time)
        if not self.is_stream:  # what waited to be read never will be
            for local in self._attended:
                self.trace.add(Record(time, Step.ENDED, Transport.UDP, local[:2], local[:2]))

    def reset(self) -> None:
        """The other end has reset the connection, or its UDP port is closed."""
        if not self._has_ended:
            self._has_ended = self.is_stream and self.peer is not None
            self._add(Step.RESET, self.peer, is_ours=False)

    def _add(
        self, step: Step, peer: Address | None, data: bytes = b"", time: float | None = None, *, is_ours: bool = True
    ) -> None:
        """`is_ours`: this end caused it."""
        if peer is None and self.is_stream:
            self.meet_peer()
            peer = self.peer
        local = self.attend(peer)
        if peer is None or local is None or local[:2] == peer[:2]:  # a program wakes a thread of its own
            return
        source, destination = (local, peer) if is_ours else (peer, local)
        transport = Transport.TCP if self.is_stream else Transport.UDP
        time = self.trace.clock() if time is None else time
        self.trace.add(Record(time, step, transport, source[:2], destination[:2], data))


def _own_address(bound: Address, peer: Address | None) -> Address:
    """`bound`, with the host that `peer` sees in place of a wildcard (0.0.0.0, ::)."""
    if bound[0] not in LOOPBACK or peer is None:
        return bound
    try:
        return (_host_towards(peer[0]), bound[1])
    except OSError:  # no route leads there, or it is a broadcast address
        return bound


@lru_cache
def _host_towards(host: str) -> str:
    """This machine's address on the route to `host`. Sends nothing: to connect a UDP socket only chooses a route."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((host, 9))
        return str(probe.getsockname()[0])
