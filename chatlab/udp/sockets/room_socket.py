"""The room's socket. What systems do differently about wake-ups stays in here, and in `ReceivingSocket`."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Sequence

from chatlab.room.addresses import Address
from chatlab.service.interfaces import Recorder
from chatlab.service.resolve import LOOPBACK, bind, resolve
from chatlab.udp.sockets.buffers import enlarge_buffers
from chatlab.udp.sockets.closed_ports import SEND_TRIES, ask_for_closed_ports, closed_ports
from chatlab.udp.sockets.receiving_socket import ReceivingSocket, bound_each_wait
from chatlab.udp.sockets.wildcard_socket import Members, WildcardSocket, answers_from_many


class RoomSocket(ReceivingSocket):
    """The room's socket, bound to `host` and `port`; 0 lets the OS choose. Raises CantListen or CantResolve.

    `members`: whom it never forgets, however many strangers send something.
    """

    def __init__(self, host: str, port: int, trace: Recorder | None = None, *, members: Members = ()) -> None:
        super().__init__()
        family, address = resolve(host, port, socket.SOCK_DGRAM)
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        try:
            bind(self._socket, address)
            enlarge_buffers(self._socket)
            ask_for_closed_ports(self._socket)
            bound_each_wait(self._socket)
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

    def _send_again(self, datagram: bytes, recipient: Address) -> bool:
        for _ in range(SEND_TRIES - 1):
            try:
                self._talking.sendto(datagram, recipient)
            except OSError:
                self.closed_ports += closed_ports(self._socket)
            else:
                return True
        return False
