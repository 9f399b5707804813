"""A member that reads as quickly as it is told to. It has no thread: who calls `turn` has it read.

Its receive buffer is small, so that a few lines fill it.
"""

from __future__ import annotations

import contextlib
import socket
from enum import Enum

from chatlab.room.addresses import Address, shown
from chatlab.room.errors import ChatlabError
from chatlab.room.events import Gone, Joined, Left, Said
from chatlab.service.interfaces import HasAddress
from chatlab.service.resolve import host_and_port, resolve
from chatlab.tcp.member import TcpMember
from chatlab.tcp.sockets import prepare_for_chat
from chatlab.trace import Trace

RECEIVE_BUFFER = 4096  # bytes; Linux makes it twice as large, for its own needs (SO_RCVBUF in socket(7))
SLOWLY = 100  # bytes a turn
ALL = 1 << 20
PATIENCE = 2.0  # seconds, for the room to let it in


class Pace(Enum):
    """How it reads."""

    READS = "reads"
    SLOWLY = "reads slowly"
    NOT = "does not read"


class SlowReader:
    """`nickname` in the TCP room of `server`. `pace` may be changed at any time.

    `received`: bytes that it has read. `arrived`: bytes that it could read at once. `heard`: the last line of them, in
    words. `end`: why it is out; '' while it is not.
    """

    def __init__(self, nickname: str, server: HasAddress, trace: Trace) -> None:
        self.nickname = nickname
        self.pace = Pace.READS
        self.received = self.arrived = 0
        self.heard = ""
        self.end = "not in the room"
        self.way: tuple[Address, Address] | None = None  # from the room to it
        self._server = server
        self._trace = trace
        self._socket: socket.socket | None = None

    def join(self) -> None:
        """Connect, once more if need be, and return when it is in. What goes wrong is in `end`."""
        self.close()
        self.received = self.arrived = 0
        self.heard = self.end = ""
        host, port = host_and_port(self._server)
        try:
            self._member = TcpMember(self.nickname, shown((host, port)))
            family, address = resolve(host, port, socket.SOCK_STREAM)
            sock = socket.socket(family, socket.SOCK_STREAM)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)  # before it connects: tcp(7)
            self._socket = sock = self._trace.watch(sock, self.nickname, peer_name="room")
            sock.settimeout(PATIENCE)
            sock.connect(address)
            prepare_for_chat(sock)
            self.way = sock.getpeername()[:2], sock.getsockname()[:2]
            while not self._member.was_in and not self.end:
                self._read(sock, ALL)
            if not self.end:
                sock.setblocking(False)
        except TimeoutError:
            self._lose("nobody lets it in")
        except (ChatlabError, OSError) as problem:
            self._lose(str(problem))

    def turn(self) -> None:
        """Read what `pace` allows now."""
        if self._socket is None:
            return
        try:
            self.arrived = len(self._socket.recv(ALL, socket.MSG_PEEK))
            most = {Pace.READS: ALL, Pace.SLOWLY: SLOWLY, Pace.NOT: 0}[self.pace]
            if most:
                self._read(self._socket, most)
        except BlockingIOError:
            self.arrived = 0
        except OSError:
            self._lose("the connection is lost")

    def close(self) -> None:
        """Leave. To close what is closed does nothing."""
        sock, self._socket = self._socket, None
        if sock:
            sock.close()

    def _read(self, sock: socket.socket, most: int) -> None:
        data = sock.recv(most)
        self.received += len(data)
        self.arrived -= min(self.arrived, len(data))
        try:
            outcome = self._member.receive(data)
        except ChatlabError as problem:
            self._lose(str(problem))
            return
        if outcome.data:
            sock.sendall(outcome.data)
        for event in outcome.events:
            match event:
                case Said(nickname, text):
                    self.heard = f"{nickname}: {text}"
                case Joined(nickname):
                    self.heard = f"{nickname} joined"
                case Left(nickname):
                    self.heard = f"{nickname} left"
                case Gone(reason):
                    self._lose(reason.partition(";")[0])

    def _lose(self, why: str) -> None:
        self.end = why
        self.arrived = 0
        with contextlib.suppress(OSError):
            self.close()
