"""The two sockets of a UDP talk. What systems do differently about errors, ports and wake-ups stays in here.

Whoever sends to a closed port gets an ICMP message "port unreachable" back (RFC 792, RFC 4443). It reaches a socket as
the error of some later call, and that call did nothing: it has to be made again. A connected socket knows whom it was
about. For a socket that sends to many, that

    Linux    lies in the socket's error queue, if one asked for it (IP_RECVERR in ip(7), IPV6_RECVERR in ipv6(7))
    Windows  is not told (recvfrom raises ConnectionResetError)
    macOS    nothing is reported at all

so elsewhere than on Linux a member whose port is closed leaves when its lease ends.
"""

from __future__ import annotations

import contextlib
import errno
import random
import select
import socket
import struct
import sys
from collections import deque
from collections.abc import Iterator, Sequence

from chatlab.room.addresses import Address
from chatlab.room.errors import NoFreePort, Refusal
from chatlab.service.interfaces import Recorder
from chatlab.service.resolve import LOOPBACK, bind, resolve
from chatlab.udp.asked_address import asked_addresses
from chatlab.udp.protocol import CLIENT_PORTS, MAX_DATAGRAM

# A burst waits in the kernel's buffer.
RECEIVE_BUFFER = 4 * 1024 * 1024
SEND_TRIES = 3
# Where nothing else wakes who waits for a datagram, it wakes so often, in seconds.
WAKE_INTERVAL = 1.0
# From Linux's in.h and in6.h; the socket module of Python 3.10 has no names for them.
_IP_RECVERR = 11
_IPV6_RECVERR = 25
_ERRORS = ((socket.IPPROTO_IP, _IP_RECVERR), (socket.IPPROTO_IPV6, _IPV6_RECVERR))
# Linux's struct sock_extended_err begins with the error number; what follows does not matter here.
_EXTENDED_ERROR = struct.Struct("=I")


class RoomSocket:
    """The room's socket, bound to `host` and `port`; 0 lets the OS choose. Raises CantListen or CantResolve.

    `closed_ports`: addresses where nobody has the port open, as the network reports them. Who handles one takes it out.
    """

    def __init__(self, host: str, port: int, trace: Recorder | None = None) -> None:
        family, address = resolve(host, port, socket.SOCK_DGRAM)
        self.closed_ports: deque[Address] = deque(maxlen=1000)
        self._woken = False
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        try:
            bind(self._socket, address)
            enlarge_buffers(self._socket)
            if sys.platform == "linux":
                self._socket.setsockopt(socket.IPPROTO_IP, _IP_RECVERR, 1)
                if family == socket.AF_INET6:  # where IPv4 clients can come in too
                    self._socket.setsockopt(socket.IPPROTO_IPV6, _IPV6_RECVERR, 1)
            if sys.platform == "win32":
                # `select` may report a datagram that is then dropped for its checksum: `recvfrom` would wait for ever.
                self._socket.settimeout(WAKE_INTERVAL)
        except OSError:
            self._socket.close()
            raise
        if trace:
            self._socket = trace.watch(self._socket, "room")
        self._asked = asked_addresses(self._socket, address[0])

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
                self._collect_closed_ports()
                if self.closed_ports:
                    return
            else:
                wait = False

    def send(self, datagram: bytes, recipients: Sequence[Address]) -> int:
        """Send `datagram` to each of `recipients`. What the system does not take is lost, as UDP may.

        Returns how many it took.
        """
        sendto = (self._asked or self._socket).sendto
        sent = len(recipients)
        for recipient in recipients:
            try:
                sendto(datagram, recipient)
            except OSError:  # most likely about another datagram
                self._collect_closed_ports()
                if not self._send_again(datagram, recipient):
                    sent -= 1
        return sent

    def wake(self) -> None:
        """Let `receive_all` go on in the thread that waits there, and whoever selects. The socket can still send.

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
        """Raises BlockingIOError if nothing is there. Not by setblocking: whoever sends meanwhile does wait."""
        if sys.platform == "win32":
            self._select(WAKE_INTERVAL if wait else 0)
            received = self._socket.recvfrom(MAX_DATAGRAM)
        else:
            blocks = wait and sys.platform == "linux"  # where `wake` ends it
            if wait and not blocks:
                self._select(WAKE_INTERVAL)
            flags = 0 if blocks else socket.MSG_DONTWAIT
            received = self._asked.receive(flags) if self._asked else self._socket.recvfrom(MAX_DATAGRAM, flags)
        if received[1] is None:  # woken by a shutdown
            raise BlockingIOError
        return received

    def _select(self, seconds: float) -> None:
        """Wait for a datagram for so long. Raises BlockingIOError if there is none."""
        if not select.select([self._socket], [], [], seconds)[0]:
            raise BlockingIOError

    def _send_again(self, datagram: bytes, recipient: Address) -> bool:
        for _ in range(SEND_TRIES - 1):
            try:
                self._socket.sendto(datagram, recipient)
            except OSError:
                self._collect_closed_ports()
            else:
                return True
        return False

    def _collect_closed_ports(self) -> None:
        if sys.platform == "linux":
            with contextlib.suppress(OSError):  # the error queue is empty
                while True:
                    _, ancillary, _, address = self._socket.recvmsg(0, 512, socket.MSG_ERRQUEUE)  # never waits: recv(2)
                    for level, kind, data in ancillary:
                        is_error = (level, kind) in _ERRORS
                        if is_error and _EXTENDED_ERROR.unpack_from(data)[0] == errno.ECONNREFUSED:
                            self.closed_ports.append(address)


class MemberSocket:
    """A client's socket, on a random free port of CLIENT_PORTS, connected to the room (connect(2), udp(7)).

    So the kernel passes on the room's datagrams alone. Raises CantResolve, NoFreePort, or OSError where no route leads
    there. `wait`: for how long `receive` waits, in seconds. `port_is_closed`: the network says that nobody has the
    room's port open; who handles that sets it back.
    """

    def __init__(self, host: str, port: int, wait: float, trace: Recorder | None = None, nickname: str = "") -> None:
        family, room = resolve(host, port, socket.SOCK_DGRAM)
        self.port_is_closed = False
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        try:
            # Who talks within this machine needs no port that others can reach.
            enlarge_buffers(self._socket)
            self._bind_to_free_port(room[0] if room[0] in LOOPBACK.values() else "")
            self._socket.connect(room)
        except OSError:
            self._socket.close()
            raise
        self._socket.settimeout(wait)
        if trace:
            self._socket = trace.watch(self._socket, nickname, peer_name="room")

    def receive(self) -> bytes | None:
        """The next datagram of the room; None if there is none yet."""
        try:
            return self._socket.recv(MAX_DATAGRAM)
        except TimeoutError:
            return None
        except OSError:  # about a datagram that we sent
            self.port_is_closed = True
            return None

    def send(self, datagram: bytes) -> None:
        """Send once; what does not go out now is lost. Raises Refusal for what is longer than a datagram can be."""
        for _ in range(SEND_TRIES):
            try:
                self._socket.send(datagram)
            except OSError as error:  # most likely about an earlier datagram
                if error.errno == errno.EMSGSIZE:
                    raise Refusal(f"no datagram of {len(datagram):,} bytes can be sent: say it in pieces") from error
                self.port_is_closed = True
            else:
                return

    def close(self) -> None:
        self._socket.close()

    def _bind_to_free_port(self, host: str) -> None:
        for port in random.sample(CLIENT_PORTS, len(CLIENT_PORTS)):
            try:
                self._socket.bind((host, port))
            except OSError:  # taken; or, on Windows, kept by the system
                continue
            return
        raise NoFreePort(f"every port from {CLIENT_PORTS[0]} to {CLIENT_PORTS[-1]} is taken: close some clients")


def enlarge_buffers(sock: socket.socket) -> None:
    """Room in the kernel for a burst that comes in, and for the largest datagram that goes out.

    Linux gives what its limit allows; others raise ENOBUFS to who asks for more. On macOS what is sent has 9,216 bytes
    at most, unless there is room for more.
    """
    for option, size in ((socket.SO_RCVBUF, RECEIVE_BUFFER), (socket.SO_SNDBUF, MAX_DATAGRAM)):
        while sock.getsockopt(socket.SOL_SOCKET, option) < size:
            try:
                sock.setsockopt(socket.SOL_SOCKET, option, size)
            except OSError:
                size //= 2  # noqa: PLW2901
            else:
                break
