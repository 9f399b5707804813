"""What systems do differently about a port that nobody has open.

A datagram to a closed port is answered by an ICMP message "port unreachable" (RFC 792, RFC 4443). It reaches a socket
as the error of some later call, and that call did nothing: it has to be made again. A connected socket knows whom it
was about. For a socket that sends to many, that

    Linux    lies in the socket's error queue, if one asked for it (IP_RECVERR in ip(7), IPV6_RECVERR in ipv6(7))
    Windows  is not told (recvfrom raises ConnectionResetError)
    macOS    nothing is reported at all

so elsewhere than on Linux a member whose port is closed leaves when its lease ends.
"""

from __future__ import annotations

import contextlib
import errno
import socket
import struct
import sys
from collections.abc import Iterator

from chatlab.room.addresses import Address

# A call that fails with the error of an earlier datagram did nothing, so it is made again: this many calls in all.
SEND_TRIES = 3
# From Linux's in.h and in6.h; the socket module of Python 3.10 has no names for them.
_IP_RECVERR = 11
_IPV6_RECVERR = 25
_ERRORS = ((socket.IPPROTO_IP, _IP_RECVERR), (socket.IPPROTO_IPV6, _IPV6_RECVERR))
# Linux's struct sock_extended_err begins with the error number; what follows does not matter here.
_EXTENDED_ERROR = struct.Struct("=I")


def ask_for_closed_ports(sock: socket.socket) -> None:
    """From now on, `closed_ports` knows, on Linux."""
    if sys.platform == "linux":
        sock.setsockopt(socket.IPPROTO_IP, _IP_RECVERR, 1)
        if sock.family == socket.AF_INET6:  # where IPv4 clients can come in too
            sock.setsockopt(socket.IPPROTO_IPV6, _IPV6_RECVERR, 1)


def closed_ports(sock: socket.socket) -> Iterator[Address]:
    """The addresses that `sock` has sent to and where nobody has the port open, each told once."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # the error queue is empty
            while True:
                _, ancillary, _, address = sock.recvmsg(0, 512, socket.MSG_ERRQUEUE)  # never waits: recv(2)
                for level, kind, data in ancillary:
                    is_error = (level, kind) in _ERRORS
                    if is_error and _EXTENDED_ERROR.unpack_from(data)[0] == errno.ECONNREFUSED:
                        yield address
