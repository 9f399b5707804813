"""The certificates of the tests, as rooms and clients use them."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path
from typing import Any

from chatlab.tcp.tls.context import client_context, server_context
from chatlab.tcp.tls.socket import secure
from tests.tcp.raw_client import LIMIT

CERTIFICATES = Path(__file__).parent / "certificates"
AUTHORITY = CERTIFICATES / "authority.pem"
ROOM = (CERTIFICATES / "room.pem", CERTIFICATES / "room.key")


def serving(name: str = "room") -> ssl.SSLContext:
    """For a server with the certificate of that name."""
    return server_context(CERTIFICATES / f"{name}.pem", CERTIFICATES / f"{name}.key")


def trusting() -> ssl.SSLContext:
    """For a client that trusts the authority that has signed them."""
    return client_context(AUTHORITY)


class SecuredSocket:
    """A socket whose words go through TLS; all else is the plain socket's."""

    def __init__(self, sock: socket.socket) -> None:
        self.plain = sock
        tls = secure(sock, trusting(), sock.getpeername()[:2], LIMIT)
        self.stream = tls._stream
        self.recv = tls.recv
        self.send = self.sendall = tls.send
        self.shutdown = tls.shutdown

    def __getattr__(self, name: str) -> Any:
        return getattr(self.plain, name)
