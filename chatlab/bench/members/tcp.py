"""Members of a TCP room."""

from __future__ import annotations

import socket
import ssl

from chatlab.bench.members.members import TEXT, Members, Room


class TcpMembers(Members):
    """Members of a TCP room."""

    kind = socket.SOCK_STREAM
    echo = False

    def say(self, speaker: int, times: int) -> None:
        self.sockets[speaker].sendall((TEXT + b"\n") * times)

    def connect(self) -> socket.socket:
        sock = socket.create_connection(self.next_address)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock

    def _ask(self, number: int, again: bool) -> None:
        if not again:
            self.sockets[number].sendall(b"member%d\n" % number)

    def _is_in(self, number: int, heard: bytes) -> bool:
        return b"Connected to the server!\n" in heard


class TlsMembers(TcpMembers):
    """The same over TLS. Whose certificate that is they don't ask."""

    def __init__(self, room: Room) -> None:
        super().__init__(room)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._context.check_hostname = False
        self._context.verify_mode = ssl.CERT_NONE

    def connect(self) -> socket.socket:
        return self._context.wrap_socket(super().connect())
