"""How datagrams come in: a thread waits for them at a socket, and hands them on in batches.

A sender that floods the room fills its own share of a batch and takes nobody else's place. What systems do differently
about a thread that waits stays in here. (All that one datagram passes on its way in is in this one file.)
"""

from __future__ import annotations

import select
import socket
import sys
from collections import deque
from collections.abc import Iterator
from itertools import islice
from queue import SimpleQueue
from threading import Semaphore

from chatlab.room.addresses import Address, Arrival
from chatlab.udp.protocol import MAX_DATAGRAM
from chatlab.udp.sockets.closed_ports import closed_ports
from chatlab.udp.sockets.wildcard_socket import WildcardSocket

# All senders of a batch together; with datagrams of the default limit that is about 12 MB.
BATCH_DATAGRAMS = 10_000
# Most datagrams taken from the socket in one go, before the broadcasting thread has its turn.
TURN_DATAGRAMS = 2_000
# In CPython one thread runs at a time, and to change over costs as much as to send ten datagrams. So, while the
# broadcasting thread is busy, the receiving thread wakes only this often (seconds). The kernel's buffer lasts longer.
BUSY_WAIT = 0.025
# Where nothing else wakes a thread that waits for a datagram, it wakes this often, in seconds.
WAKE_INTERVAL = 1.0


class ReceivingSocket:
    """A socket that a subclass opens, as `_socket`; what it hears comes by `_talking`.

    `closed_ports`: addresses where nobody has the port open, as the network reports them; the caller removes each one
    that it has dealt with.
    """

    _socket: socket.socket
    _talking: socket.socket | WildcardSocket

    def __init__(self) -> None:
        self.closed_ports: deque[Address] = deque(maxlen=1000)
        self._woken = False

    def receive_all(self, *, wait: bool) -> Iterator[tuple[bytes, Address]]:
        """Each datagram that is there, and where it came from.

        With `wait`, waits for the first, or for news in `closed_ports`, until somebody wakes it.
        """
        while True:
            try:
                yield self._receive(wait)
            except (BlockingIOError, TimeoutError):
                return
            except OSError:  # about a datagram that we sent
                if self._woken:  # or about the shutdown: Windows then reports WSAESHUTDOWN every time
                    return
                self.closed_ports += closed_ports(self._socket)
                if self.closed_ports:
                    return
            else:
                wait = False

    def receive_batches(self, batches: SimpleQueue[Batch], is_idle: Semaphore, share: float, size: int) -> None:
        """Put batch after batch into the queue, each as soon as `is_idle` can be had, until it is woken."""
        batch = Batch(share, size)
        while not self._woken:
            for datagram, address in islice(self.receive_all(wait=not batch.arrivals), TURN_DATAGRAMS):
                batch.add(datagram, address)
            if is_idle.acquire(timeout=BUSY_WAIT):
                batches.put(batch)
                batch = Batch(share, size)

    def _receive(self, wait: bool) -> tuple[bytes, Address]:
        """Raises BlockingIOError if nothing is there. Not by setblocking: a thread that sends meanwhile does wait."""
        if sys.platform == "win32":
            self._select(WAKE_INTERVAL if wait else 0)
            received = self._socket.recvfrom(MAX_DATAGRAM)
        else:
            blocks = wait and sys.platform == "linux"  # where `wake` ends it
            if wait and not blocks:
                self._select(WAKE_INTERVAL)
            flags = 0 if blocks else socket.MSG_DONTWAIT
            received = self._talking.recvfrom(MAX_DATAGRAM, flags)
        if received[1] is None:  # woken by a shutdown
            raise BlockingIOError
        return received

    def _select(self, seconds: float) -> None:
        """Wait for a datagram, `seconds` at most. Raises BlockingIOError if there is none."""
        if not select.select([self._socket], [], [], seconds)[0]:
            raise BlockingIOError


def bound_each_wait(sock: socket.socket) -> None:
    """On Windows. `select` may report a datagram that is then dropped for its checksum: `recvfrom` would wait on."""
    if sys.platform == "win32":
        sock.settimeout(WAKE_INTERVAL)


class Batch:
    """Up to BATCH_DATAGRAMS arrivals, up to `share` of one sender; of each, up to `size` bytes.

    `dropped` counts the datagrams that found no room.
    """

    def __init__(self, share: float, size: int) -> None:
        self.arrivals: list[Arrival] = []
        self.dropped = 0
        self._share = share
        self._size = size
        self._senders: dict[Address, int] = {}  # how many arrivals are of each

    def add(self, datagram: bytes, address: Address) -> None:
        arrived = self._senders.get(address, 0) + 1
        if len(self.arrivals) < BATCH_DATAGRAMS and arrived <= self._share:
            self._senders[address] = arrived
            self.arrivals.append(Arrival(datagram[: self._size], address))
        else:
            self.dropped += 1
