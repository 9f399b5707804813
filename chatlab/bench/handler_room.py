"""A room whose work a class of Python's `socketserver` does, such as one that stands in a lesson's cell.

    handler-room    accepts; each connection has a thread of its own, in which its handler's `handle` runs

All of them end with the room, whatever they wait for. (On Windows nothing may wake one that waits in a send: it ends
with the connection that it waits for, and the room does not wait until then.)
"""

from __future__ import annotations

import contextlib
import socket
import socketserver
import sys
from collections.abc import Callable, Mapping
from typing import Any

from chatlab.room.errors import CantListen
from chatlab.room.text import decode
from chatlab.service.interfaces import Recorder
from chatlab.service.service import Service
from chatlab.tcp.limits import Limits
from chatlab.tcp.sockets import wake

TICK = 0.05  # seconds; how often it looks whether it is to close
HOST = "127.0.0.1"


class HandlerRoom(Service):
    """`handler` inherits from StreamRequestHandler. `self.server.members` is a list for those who are in the room;
    each of them has a `nickname`, as bytes. A context manager.

    `send_buffer`, `trace`: see `TcpServer`. It has no outboxes.
    """

    client = "chatlab.tcp.client"
    outboxes: Mapping[str, int] = {}
    limits = Limits(max_outbox=0)

    def __init__(
        self,
        handler: type[socketserver.StreamRequestHandler],
        *,
        send_buffer: int = 0,
        trace: Recorder | None = None,
    ) -> None:
        super().__init__(HOST, 0, lambda line: None)
        self.send_buffer = send_buffer
        self._handler = handler
        self._trace = trace
        self._server: _Server | None = None

    @property
    def nicknames(self) -> tuple[str, ...]:
        """Who is here, in the order of joining."""
        members = tuple(self._server.members) if self._server else ()
        return tuple(decode(member.nickname) for member in members)

    def _open(self) -> Mapping[str, Callable[[], None]]:
        try:
            server = _Server((HOST, self._port), self._handler)
        except OSError as problem:
            raise CantListen(f"port {self._port} is taken or not allowed") from problem
        self._server = server
        self._port = server.server_address[1]
        self._resources.callback(server.server_close)  # waits for all its threads
        if self.send_buffer:  # each connection that is accepted inherits it
            server.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self.send_buffer)
        if self._trace:
            server.socket = self._trace.watch(server.socket, "room")
        return {"handler-room": self._accept}

    def _stop(self) -> None:
        if self._server:
            self._server.hang_up()

    def _accept(self) -> None:
        assert self._server
        while self.running:
            self._server.handle_request()
        self._server.hang_up()  # on those that came meanwhile


class _Server(socketserver.ThreadingTCPServer):
    timeout = TICK
    daemon_threads = sys.platform == "win32"  # closing waits for the others

    def __init__(self, address: tuple[str, int], handler: type[socketserver.StreamRequestHandler]) -> None:
        self.members: list[Any] = []
        self._connections: set[socket.socket] = set()
        super().__init__(address, handler)

    def hang_up(self) -> None:
        """On everybody."""
        for connection in tuple(self._connections):
            wake(connection)
            if sys.platform == "win32":  # there, shutting it down wakes nobody
                connection.close()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._connections.discard(request)
        with contextlib.suppress(OSError):
            super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], OSError):  # else it is gone, or we have hung up
            super().handle_error(request, client_address)
