"""What systems do differently about TCP sockets stays in here, and so does what each connection of a chatroom wants.

A connection is ended in three steps. Closing it with bytes of the other side unread resets it, and a reset takes our
last words away, from the network and from the other side's buffers (RFC 9293, section 3.10.4; RFC 1122, 4.2.2.13). So:

    shutdown(SHUT_WR)    after our last words: we say no more
    read on              until the other side has ended too, for LINGER seconds at most
    close                then
"""

from __future__ import annotations

import contextlib
import errno
import socket
import sys

from chatlab.room.addresses import Address, shown
from chatlab.room.errors import NobodyAnswers
from chatlab.service.interfaces import Recorder, Stream
from chatlab.service.resolve import bind, resolve

# Connections that may wait to be accepted; the system may allow fewer (somaxconn in tcp(7)).
BACKLOG = 4096
# Connections that are accepted in one go: then members have their turn, however many wait.
MOST_ACCEPTED = 100
# File descriptors to ask for: the most that macOS grants (OPEN_MAX); Linux grants more.
MANY_FILES = 10_240
# Bytes that are read at once: nobody is served for longer at a stretch.
RECEIVE_BYTES = 4096
# How long an ended connection may take for its last words, in seconds.
LINGER = 1.0
# A connection whose other end says nothing is asked after IDLE seconds whether it is still there, and if it does not
# answer every ASK_AGAIN seconds, ASK_TIMES times; so a machine that has vanished is noticed after less than 2 minutes.
IDLE, ASK_AGAIN, ASK_TIMES = 60, 10, 5
VANISHED_AFTER = IDLE + ASK_AGAIN * ASK_TIMES
# The flag with which `send` raises BlockingIOError instead of waiting (MSG_DONTWAIT in send(2)); 0: Windows has none.
DONT_WAIT: int = getattr(socket, "MSG_DONTWAIT", 0)
# On Windows, shutting a socket down does not wake a thread that waits at it. There, waits are this long, in seconds;
# after each the thread looks whether it is to end.
LOOK_EVERY = 0.25 if sys.platform == "win32" else None


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
    except (BlockingIOError, TimeoutError):
        return None
    except OSError as error:
        if is_of_lost_connection(error):
            return None
        raise
    prepare_accepted(sock)
    return sock, address


def is_of_lost_connection(error: OSError) -> bool:
    """Whether `accept` has raised it because the connection is lost already. Each system has its own word for that:
    ECONNABORTED on Linux (accept(2)), ECONNRESET on Windows, and ENOTCONN on Wine."""
    return isinstance(error, ConnectionError) or error.errno == errno.ENOTCONN


def connect(host: str, port: int, patience: float, trace: Recorder | None = None, nickname: str = "") -> socket.socket:
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
    prepare_for_chat(sock)
    return sock


def prepare_accepted(sock: socket.socket) -> None:
    """What a room wants of each connection.

    Where there is TCP_USER_TIMEOUT (Linux), also one that has lines under way to a machine that has vanished ends in
    VANISHED_AFTER seconds. Elsewhere the system tries for longer: until its retransmissions end, some minutes.
    """
    prepare_for_chat(sock)
    _set(sock, socket.IPPROTO_TCP, "TCP_USER_TIMEOUT", VANISHED_AFTER * 1000)


def prepare_for_chat(sock: socket.socket) -> None:
    """What both ends want of a connection: see tcp(7) and socket(7).

    Small lines go out at once, without waiting for the acknowledgement of those before. It is noticed when the other
    machine vanishes. A byte that is sent as urgent, as telnet does, stays in its place.
    """
    _set(sock, socket.IPPROTO_TCP, "TCP_NODELAY", 1)
    _set(sock, socket.SOL_SOCKET, "SO_OOBINLINE", 1)
    _set(sock, socket.SOL_SOCKET, "SO_KEEPALIVE", 1)
    _set(sock, socket.IPPROTO_TCP, "TCP_KEEPIDLE", IDLE)
    _set(sock, socket.IPPROTO_TCP, "TCP_KEEPALIVE", IDLE)  # macOS calls TCP_KEEPIDLE so
    _set(sock, socket.IPPROTO_TCP, "TCP_KEEPINTVL", ASK_AGAIN)
    _set(sock, socket.IPPROTO_TCP, "TCP_KEEPCNT", ASK_TIMES)


def _set(sock: socket.socket, level: int, option: str, value: int) -> None:
    """Set an option where the system has it."""
    with contextlib.suppress(OSError):  # the connection is lost already, as the next call that reads from it will tell
        if hasattr(socket, option):
            sock.setsockopt(level, getattr(socket, option), value)


def end_sending(sock: Stream) -> None:
    """No more will be sent. The other side learns so after all that was."""
    with contextlib.suppress(OSError):  # the connection is lost already
        sock.shutdown(socket.SHUT_WR)


def wake(sock: socket.socket) -> None:
    """End both directions; a thread that waits at `sock` learns it. Not on Windows: see LOOK_EVERY."""
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
