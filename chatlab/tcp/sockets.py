"""What systems do differently about TCP sockets stays in here, and so does what each connection of a chatroom wants.

A connection is ended in three steps. Closing it with bytes of the other side unread resets it, and a reset takes our
last words away, from the network and from the other side's buffers (RFC 9293, section 3.10.4; RFC 1122, 4.2.2.13). So:

    shutdown(SHUT_WR)    after our last words: we say no more
    read on              until the other side has ended too, for LINGER seconds at most
    close                then

Lesson 11 shows it.
"""

from __future__ import annotations

import contextlib
import socket
import sys
from typing import TYPE_CHECKING

from chatlab.room.addresses import Address, shown
from chatlab.room.errors import NobodyAnswers
from chatlab.service.resolve import bind, resolve

if TYPE_CHECKING:
    from chatlab.trace import Trace

# Connections that may wait to be accepted; the system may allow fewer (somaxconn in tcp(7)).
BACKLOG = 4096
# As many as macOS grants whoever asks (OPEN_MAX); Linux grants more.
MANY_FILES = 10_240
# Bytes that are read at once. It bounds what a throttled member has in our memory, and who is served at a stretch.
RECEIVE_BYTES = 4096
# How long an ended connection may take for its last words, in seconds.
LINGER = 1.0
# On Windows, shutting a socket down does not wake a thread that waits at it; there, waits are this long, in seconds.
WAKE = 0.25 if sys.platform == "win32" else None


def allow_many_connections() -> None:
    """Let this process have as many connections as the system allows a user, for some allow far fewer at first.

    Each is a file descriptor (RLIMIT_NOFILE in getrlimit(2)). Windows knows no such limit.
    """
    try:
        import resource  # noqa: PLC0415  # not on Windows
    except ImportError:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MANY_FILES if hard == resource.RLIM_INFINITY else min(hard, MANY_FILES)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens on `host` and `port`; 0 lets the OS choose. Raises CantListen or CantResolve."""
    family, address = resolve(host, port, socket.SOCK_STREAM)
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        bind(listener, address)
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def accept(listener: socket.socket) -> tuple[socket.socket, Address] | None:
    """The next connection and where it comes from, or None. Raises OSError if no file descriptor is left."""
    try:
        sock, address = listener.accept()
    except (BlockingIOError, TimeoutError, ConnectionAbortedError):
        return None
    send_at_once(sock)
    return sock, address


def connect(host: str, port: int, patience: float, trace: Trace | None = None, nickname: str = "") -> socket.socket:
    """A connection to `host` and `port`. Raises CantResolve, or NobodyAnswers after `patience` seconds at most."""
    family, address = resolve(host, port, socket.SOCK_STREAM)
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.settimeout(patience)
    if trace:
        sock = trace.watch(sock, nickname, peer_name="room")
    try:
        sock.connect(address)
    except OSError as error:
        sock.close()
        raise NobodyAnswers(f"nobody answers at {shown((host, port))}: is the server running there?") from error
    send_at_once(sock)
    return sock


def send_at_once(sock: socket.socket) -> None:
    """Let small lines go out without waiting for the acknowledgement of those before (TCP_NODELAY, tcp(7))."""
    with contextlib.suppress(OSError):  # the connection is lost already; who reads from it will learn so
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def send_without_waiting(sock: socket.socket, data: bytes) -> int:
    """`sock.send(data)`, where that would wait. Raises BlockingIOError if there is no room, and on Windows always."""
    if sys.platform == "win32":
        raise BlockingIOError
    return sock.send(data, socket.MSG_DONTWAIT)


def is_reset(sock: socket.socket) -> bool:
    """Whether the other side has reset the connection. To be asked where one does not read (SO_ERROR, socket(7))."""
    return sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0


def end_sending(sock: socket.socket) -> None:
    """No more will be sent. The other side learns so after all that was."""
    with contextlib.suppress(OSError):  # the connection is lost already
        sock.shutdown(socket.SHUT_WR)


def wake(sock: socket.socket) -> None:
    """End both directions; whoever waits at `sock` in another thread learns it, within WAKE seconds on Windows."""
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
