"""The UDP room's server: two threads around `UdpChat`. `python -m chatlab.udp.server --help`. Lesson 05 builds it.

    udp-receive     the socket -> a batch of datagrams -> a queue
    udp-broadcast   the queue -> the room -> the socket, once a member

The receiving thread never waits long for a member, and the room belongs to the other thread alone, so it needs no lock.
While the broadcasting thread is busy, the next batch grows, up to a bound; what is over is dropped, as UDP may.
"""

from __future__ import annotations

import math
import os
import random
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from queue import Empty, SimpleQueue

from chatlab.service.cli import parser_for, run_server
from chatlab.service.interfaces import Recorder
from chatlab.service.options import add_options, values_of
from chatlab.service.service import Service
from chatlab.udp.address_cookie import AddressCookie
from chatlab.udp.chat import UdpChat
from chatlab.udp.delivery import Delivery
from chatlab.udp.limits import DEFAULT_LIMITS, Limits, Reason
from chatlab.udp.protocol import DEFAULT_PORT
from chatlab.udp.reliable.chat import ReliableChat
from chatlab.udp.reliable.frames import HEADER_BYTES
from chatlab.udp.reliable.stop_and_wait import DEFAULT_TIMING, Timing
from chatlab.udp.sockets.counts import Counts
from chatlab.udp.sockets.receiving_socket import Batch
from chatlab.udp.sockets.room_socket import RoomSocket


class UdpServer(Service):
    """A UDP room on `host` and `port`; port 0 lets the OS choose. A context manager.

    After `close` it may be started again, on the same port. `log` gets a line for each member that comes or goes; it is
    called by the broadcasting thread, so it must not wait. With `prove_address` a stranger has to show that it receives
    at its address before it is let in. A `reliable` room numbers, acknowledges and repeats, with the time-outs of
    `timing`; it takes reliable clients alone. `trace` records what crosses the wire.
    """

    client = "chatlab.udp.client"

    def __init__(  # options, each with a default
        self,
        host: str = "127.0.0.1",
        port: int = DEFAULT_PORT,
        limits: Limits = DEFAULT_LIMITS,
        *,
        prove_address: bool = False,
        reliable: bool = False,
        timing: Timing = DEFAULT_TIMING,
        log: Callable[[str], None] = lambda line: None,
        trace: Recorder | None = None,
    ) -> None:
        super().__init__(host, port, log)
        self.counts = Counts()
        self._trace = trace
        proof = AddressCookie(os.urandom(32)) if prove_address else None
        self._chat: UdpChat | ReliableChat
        if reliable:
            self._chat = ReliableChat(limits, log=self.log, proof=proof, timing=timing, rng=random.Random())
            self.client += " --reliable"
        else:
            self._chat = UdpChat(limits, log=self.log, proof=proof)

    @property
    def nicknames(self) -> tuple[str, ...]:
        """Who is here, in the order of joining."""
        return self._chat.room.nicknames

    def __repr__(self) -> str:
        return f"<UDP room, {self.state}, {len(self.nicknames)} here>"

    def _open(self) -> dict[str, Callable[[], None]]:
        self._socket = RoomSocket(self._host, self._port, self._trace, members=self._chat.room)
        self._resources.callback(self._socket.close)
        self._resources.callback(self._say_goodbye)
        self._port = self._socket.port
        self._batches: SimpleQueue[Batch] = SimpleQueue()
        self._idle = threading.Semaphore()  # free while the broadcasting thread waits for a batch
        return {"udp-receive": self._receive, "udp-broadcast": self._broadcast}

    def _stop(self) -> None:
        self._socket.wake()
        self._batches.put(Batch(0, 0))

    def _say_goodbye(self) -> None:
        """The last thread, whichever it is, tells the members: so they hear of a room that has failed too."""
        self._send(self._chat.close())

    def _receive(self) -> None:
        limits = self._chat.limits
        # The room would refuse more of one sender; and a byte over the limit shows that a datagram is too long.
        share, size = limits.burst or math.inf, HEADER_BYTES + limits.max_bytes + 1
        self._socket.receive_batches(self._batches, self._idle, share, size)

    def _broadcast(self) -> None:
        while self.running:
            try:
                batch: Batch | None = self._batches.get(timeout=self._chat.tick_interval)
            except Empty:
                batch = None
            # First, so that a nickname is free for the sign-ups in the batch.
            while self._socket.closed_ports:
                self._send(self._chat.leave(self._socket.closed_ports.popleft(), Reason.UNREACHABLE))
            if batch:
                self._handle(batch)
                self._idle.release()
            self._send(self._chat.tick(time.monotonic()))

    def _handle(self, batch: Batch) -> None:
        self.counts.received += len(batch.arrivals) + batch.dropped
        self.counts.dropped += batch.dropped
        for datagram, address in batch.arrivals:
            if not self.running:
                return
            self._send(self._chat.receive(datagram, address, time.monotonic()))

    def _send(self, deliveries: Iterable[Delivery]) -> None:
        for datagram, recipients in deliveries:
            self.counts.sent += self._socket.send(datagram, recipients)


def main(arguments: Sequence[str] | None = None) -> int:
    """The program. Returns its exit code."""
    parser = parser_for("chatlab.udp.server", "Run a UDP chatroom.", DEFAULT_PORT)
    add_options(parser, Limits)
    parser.add_argument(
        "--prove-address", action="store_true", help="let in only who echoes a token from their address"
    )
    parser.add_argument(
        "--reliable", action="store_true", help="number, acknowledge and repeat; clients have to as well"
    )
    given = parser.parse_args(arguments)
    limits = values_of(Limits, given)
    return run_server(
        lambda log: UdpServer(
            given.host, given.port, limits, prove_address=given.prove_address, reliable=given.reliable, log=log
        ),
    )


if __name__ == "__main__":
    sys.exit(main())
