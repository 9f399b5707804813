"""The UDP room's server: two threads around `UdpChat`. `python -m chatlab.udp.server --help`.

    udp-receive     the socket -> a bounded queue
    udp-broadcast   the queue -> the room -> the socket, once a member

The receiving thread never waits for a member, and the room belongs to the other thread alone, so it needs no lock.
What finds the queue full is dropped, as UDP may. Lesson 05 builds it.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from queue import Empty, Full, Queue

from chatlab.addresses import Address
from chatlab.network import reachable_host
from chatlab.program import add_options, parser_for, run_server, values_of
from chatlab.udp.chat import DEFAULT_LIMITS, TICK, Delivery, Limits, Reason, UdpChat
from chatlab.udp.proof import AddressProof
from chatlab.udp.protocol import DEFAULT_PORT
from chatlab.udp.sockets import RoomSocket

QUEUE_LENGTH = 10_000


@dataclass(slots=True)
class Counts:
    """Datagrams since the server was made; `dropped` of those `received` found the queue full."""

    received: int = 0
    dropped: int = 0
    sent: int = 0


class UdpServer:
    """A UDP room on `host` and `port`; port 0 lets the OS choose. A context manager.

    After `close` it may be started again, on the same port. `log` gets a line for each who comes or goes; it is called
    by the broadcasting thread, so it must not wait. With `prove_address` nobody is let in who has not shown that they
    receive at their address.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = DEFAULT_PORT,
        limits: Limits = DEFAULT_LIMITS,
        *,
        prove_address: bool = False,
        log: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.counts = Counts()
        self.running = False
        self._host = host
        self._port = port
        proof = AddressProof(os.urandom(32)) if prove_address else None
        self._chat = UdpChat(limits, log=log, proof=proof)

    @property
    def address(self) -> Address:
        """Where members reach the room; with port 0, only after the first start."""
        return (reachable_host(self._host), self._port)

    @property
    def nicknames(self) -> tuple[str, ...]:
        """Who is here, in the order of joining."""
        return self._chat.room.nicknames

    def start(self) -> UdpServer:
        """Open the room. Raises CantListen or CantResolve, each with one line to show."""
        if self.running:
            return self
        self._socket = RoomSocket(self._host, self._port)
        self._port = self._socket.port
        self._arrivals: Queue[tuple[bytes, Address]] = Queue(QUEUE_LENGTH)
        self.running = True
        self._threads = [
            threading.Thread(target=self._receive, name="udp-receive"),
            threading.Thread(target=self._broadcast, name="udp-broadcast"),
        ]
        for thread in self._threads:
            thread.start()
        return self

    def close(self) -> None:
        """Tell the members, end both threads and free the port. To close what is closed does nothing."""
        if not self.running:
            return
        self.running = False
        self._socket.wake()
        for thread in self._threads:
            thread.join()
        self._socket.close()

    def __enter__(self) -> UdpServer:
        return self.start()

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<UDP room, {'open' if self.running else 'closed'}, {len(self.nicknames)} here>"

    def _receive(self) -> None:
        enough = self._chat.limits.max_bytes + 1  # to see that a datagram is too long
        while self.running:
            datagram, address = self._socket.receive()
            self.counts.received += 1
            try:
                self._arrivals.put_nowait((datagram[:enough], address))
            except Full:
                self.counts.dropped += 1

    def _broadcast(self) -> None:
        while self.running:
            try:
                datagram, address = self._arrivals.get(timeout=TICK)
            except Empty:
                pass
            else:
                self._send(self._chat.receive(datagram, address, time.monotonic()))
            while self._socket.closed_ports:
                self._send(self._chat.leave(self._socket.closed_ports.popleft(), Reason.UNREACHABLE))
            self._send(self._chat.tick(time.monotonic()))
        self._send(self._chat.close())

    def _send(self, deliveries: Iterable[Delivery]) -> None:
        send = self._socket.send
        for datagram, recipients in deliveries:
            for recipient in recipients:
                send(datagram, recipient)
            self.counts.sent += len(recipients)


def main(arguments: Sequence[str] | None = None) -> int:
    """The program. Returns its exit code."""
    parser = parser_for("chatlab.udp.server", "Run a UDP chatroom.", DEFAULT_PORT)
    add_options(parser, Limits)
    parser.add_argument(
        "--prove-address", action="store_true", help="let in only who echoes a token from their address"
    )
    given = parser.parse_args(arguments)
    limits = values_of(Limits, given)
    return run_server(
        lambda log: UdpServer(given.host, given.port, limits, prove_address=given.prove_address, log=log),
        client="chatlab.udp.client",
    )


if __name__ == "__main__":
    sys.exit(main())
