"""The client's socket. Its system tells it when the room's port is closed: see `closed_ports`."""

from __future__ import annotations

import errno
import random
import socket

from chatlab.room.errors import NoFreePort, Refusal
from chatlab.service.interfaces import Recorder
from chatlab.service.resolve import LOOPBACK, resolve
from chatlab.udp.protocol import CLIENT_PORTS, MAX_DATAGRAM
from chatlab.udp.sockets.buffers import enlarge_buffers
from chatlab.udp.sockets.closed_ports import SEND_TRIES


class MemberSocket:
    """A client's socket, on a random free port of CLIENT_PORTS, connected to the room (connect(2), udp(7)).

    So the kernel passes on the room's datagrams alone. Raises CantResolve, NoFreePort, or OSError where no route leads
    there. `wait`: for how long `receive` waits, in seconds. `port_is_closed`: the network says that nobody has the
    room's port open; the caller sets it back to False.
    """

    def __init__(self, host: str, port: int, wait: float, trace: Recorder | None = None, nickname: str = "") -> None:
        family, room = resolve(host, port, socket.SOCK_DGRAM)
        self.port_is_closed = False
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        try:
            enlarge_buffers(self._socket)
            # A talk within this machine needs no port that others can reach.
            self._bind_to_free_port(room[0] if room[0] in LOOPBACK.values() else "")
            self._socket.connect(room)
            self._socket.settimeout(wait)
            if trace:
                self._socket = trace.watch(self._socket, nickname, peer_name="room")
        except BaseException:
            self._socket.close()
            raise

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
        ports = f"{CLIENT_PORTS[0]} to {CLIENT_PORTS[-1]}"
        raise NoFreePort(f"every port from {ports} is taken: close some clients")
