"""The TCP room's cases over TLS: the same words, encrypted."""

from __future__ import annotations

import socket
import ssl
from dataclasses import replace
from functools import partial

from chatlab.conformance.suite import Suite
from chatlab.conformance.tcp.scene import TcpScene
from chatlab.tcp.tls.socket import TlsSocket, secure

# How long a handshake may take, in seconds.
PATIENCE = 10.0


def over_tls(suite: Suite, context: ssl.SSLContext, host: str) -> Suite:
    """The TCP room's `suite` for a room that speaks TLS, and has a certificate for `host`."""

    def secured(sock: socket.socket) -> TlsSocket:
        return secure(sock, context, (host, sock.getpeername()[1]), PATIENCE)

    return replace(suite, scene=partial(TcpScene, secure=secured))
