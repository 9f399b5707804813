"""A room at every address of this machine answers each peer from the address that this peer asked. Linux.

Left alone, a system sends from the address where its route to the recipient begins. A peer that asked another one takes
the answer for a stranger's, and a connected socket drops it. So this socket asks the system where each datagram was
sent to (IP_PKTINFO in ip(7), IPV6_RECVPKTINFO in ipv6(7) and RFC 3542), and tells it to answer from there. Elsewhere
than on Linux a room on several addresses answers from one of them: start it with `--host` and the address to be asked.
"""

from __future__ import annotations

import socket
import struct
import sys
from collections import OrderedDict
from typing import Protocol

from chatlab.room.addresses import Address

# From Linux's in.h and in6.h; the socket module has names for them from Python 3.12 on, or not on every system.
_IP_PKTINFO = 8
_IPV6_RECVPKTINFO = 49
_IPV6_PKTINFO = 50
# struct in_pktinfo: an interface, the address that was asked, the address in the datagram; in6_pktinfo: an address, an
# interface. The interface 0 leaves the choice of a route to the system.
_INFO = struct.Struct("=i4s4s")
_INFO6 = struct.Struct("=16si")
_LINK_LOCAL = b"\xfe\x80"
_ANCILLARY_BYTES = 128
# How many strangers are remembered; the one that has been silent longest is forgotten first. A member never is.
MOST_STRANGERS = 10_000


class Members(Protocol):
    """The addresses that are never forgotten. They are only asked for, so another thread may change them."""

    def __len__(self) -> int: ...

    def __contains__(self, address: Address, /) -> bool: ...


class WildcardSocket:
    """Sends and receives for `sock`, which is bound to every address of this machine."""

    def __init__(self, sock: socket.socket, members: Members) -> None:
        self._socket = sock
        self._members = members
        # By peer: the address that it asked, as ancillary data for `sendmsg`. A peer keeps its entry while that is
        # renewed, for another thread may be sending to it.
        self._asked: OrderedDict[Address, tuple[int, int, bytes]] = OrderedDict()
        if sock.family == socket.AF_INET6:  # tells the addresses of IPv4 peers, too
            sock.setsockopt(socket.IPPROTO_IPV6, _IPV6_RECVPKTINFO, 1)
        else:
            sock.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)

    def recvfrom(self, size: int, flags: int) -> tuple[bytes, Address]:
        """Like `recvfrom` of the socket."""
        datagram, ancillary, _, peer = self._socket.recvmsg(size, _ANCILLARY_BYTES, flags)
        for level, kind, info in ancillary:
            if (level, kind) == (socket.IPPROTO_IPV6, _IPV6_PKTINFO):
                address, interface = _INFO6.unpack_from(info)
                if not address.startswith(_LINK_LOCAL):
                    interface = 0
                self._remember(peer, level, kind, _INFO6.pack(address, interface))
            elif (level, kind) == (socket.IPPROTO_IP, _IP_PKTINFO):
                self._remember(peer, level, kind, _INFO.pack(0, _INFO.unpack_from(info)[1], bytes(4)))
        return datagram, peer

    def sendto(self, datagram: bytes, peer: Address) -> None:
        """Like `sendto` of the socket, from the address that `peer` asked last."""
        if asked := self._asked.get(peer):
            self._socket.sendmsg([datagram], [asked], 0, peer)
        else:
            self._socket.sendto(datagram, peer)

    def _remember(self, peer: Address, level: int, kind: int, info: bytes) -> None:
        self._asked[peer] = (level, kind, info)
        self._asked.move_to_end(peer)
        while len(self._asked) > MOST_STRANGERS + len(self._members):
            oldest = next(iter(self._asked))
            if oldest in self._members:
                self._asked.move_to_end(oldest)
            else:
                del self._asked[oldest]


def answers_from_many(host: str) -> bool:
    """Whether a socket bound to `host` has many addresses, and the system can be told from which one to send."""
    return sys.platform == "linux" and host in ("0.0.0.0", "::")
