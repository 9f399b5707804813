"""The room's socket, and the batches in which it receives. What systems do differently about wake-ups stays in here.

A sender that floods the room fills its own share of a batch and takes nobody else's place.
"""

from __future__ import annotations

import contextlib
import select
import socket
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice
from queue import SimpleQueue
from threading import Semaphore

from chatlab.room.addresses import Address, Arrival
from chatlab.service.interfaces import Recorder
from chatlab.service.resolve import LOOPBACK, bind, resolve
from chatlab.udp.protocol import MAX_DATAGRAM
from chatlab.udp.sockets.buffers import enlarge_buffers
from chatlab.udp.sockets.closed_ports import SEND_TRIES, ask_for_closed_ports, closed_ports
from chatlab.udp.sockets.wildcard_socket import Members, WildcardSocket, answers_from_many

# All senders of a batch together; with datagrams of the default limit that is about 12 MB.
BATCH_DATAGRAMS = 10_000
# Most datagrams taken from the socket in one go, before the broadcasting thread has its turn.
TURN_DATAGRAMS = 2_000
# In CPython one thread runs at a time, and to change over costs as much as to send ten datagrams. So, while the
# broadcasting thread is busy, the receiving thread wakes only this often (seconds). The kernel's buffer lasts longer.
BUSY_WAIT = 0.025
# Where nothing else wakes a thread that waits for a datagram, it wakes this often, in seconds.
WAKE_INTERVAL = 1.0


class RoomSocket:
    """The room's socket, bound to `host` and `port`; 0 lets the OS choose. Raises CantListen or CantResolve.

    `members`: whom it never forgets, however many strangers send something. `closed_ports`: addresses where nobody has
    the port open, as the network reports them; the caller removes each one that it has dealt with.
    """

    def __init__(self, host: str, port: int, trace: Recorder | None = None, *, members: Members = ()) -> None:
        family, address = resolve(host, port, socket.SOCK_DGRAM)
        self.closed_ports: deque[Address] = deque(maxlen=1000)
        self._woken = False
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        try:
            bind(self._socket, address)
            enlarge_buffers(self._socket)
            ask_for_closed_ports(self._socket)
            if sys.platform == "win32":
                # `select` may report a datagram that is then dropped for its checksum: `recvfrom` would wait for ever.
                self._socket.settimeout(WAKE_INTERVAL)
            if trace:
                self._socket = trace.watch(self._socket, "room")
            many = answers_from_many(address[0])
            self._talking = WildcardSocket(self._socket, members) if many else self._socket
        except BaseException:
            self._socket.close()
            raise

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    def fileno(self) -> int:
        """For selectors."""
        return self._socket.fileno()

    def receive_all(self, *, wait: bool) -> Iterator[tuple[bytes, Address]]:
        """Each datagram that is there, and where it came from.

        With `wait`, waits for the first, or for news in `closed_ports`, until `wake`.
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
        """Put batch after batch into the queue, each as soon as `is_idle` can be had, until `wake`."""
        batch = Batch(share, size)
        while not self._woken:
            for datagram, address in islice(self.receive_all(wait=not batch.arrivals), TURN_DATAGRAMS):
                batch.add(datagram, address)
            if is_idle.acquire(timeout=BUSY_WAIT):
                batches.put(batch)
                batch = Batch(share, size)

    def send(self, datagram: bytes, recipients: Sequence[Address]) -> int:
        """Send `datagram` to each of `recipients`. What the system does not take is lost.

        Returns how many it took.
        """
        sent = len(recipients)
        for recipient in recipients:
            try:
                self._talking.sendto(datagram, recipient)
            except OSError:  # most likely about another datagram
                self.closed_ports += closed_ports(self._socket)
                if not self._send_again(datagram, recipient):
                    sent -= 1
        return sent

    def wake(self) -> None:
        """Wake a thread that waits in `receive_all`, or that selects. The socket can still send.

        Not on every system does closing a socket do that. On Linux a shutdown does, though it raises ENOTCONN;
        elsewhere an empty datagram, or, where the address is no longer this machine's, WAKE_INTERVAL.
        """
        self._woken = True
        host, *rest = self._socket.getsockname()
        self.send(b"", [(LOOPBACK.get(host, host), *rest)])
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RD)

    def close(self) -> None:
        self._socket.close()

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

    def _send_again(self, datagram: bytes, recipient: Address) -> bool:
        for _ in range(SEND_TRIES - 1):
            try:
                self._talking.sendto(datagram, recipient)
            except OSError:
                self.closed_ports += closed_ports(self._socket)
            else:
                return True
        return False


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
