"""Answers come from the address that was asked, where a socket listens at every address of this machine. Linux.

Left alone, a system sends from the address where its route to the recipient begins. Whoever asked another one takes the
answer for a stranger's, and a connected socket drops it. So the system is asked where each datagram was sent to
(IP_PKTINFO in ip(7), IPV6_RECVPKTINFO in ipv6(7) and RFC 3542), and told to answer from there. Elsewhere than on Linux
a room on several addresses answers from one of them: start it with `--host` and the one that is to be asked.
"""

from __future__ import annotations

import socket
import struct
import sys

from chatlab.room.addresses import Address
from chatlab.udp.protocol import MAX_DATAGRAM

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
# Of so many peers it is remembered which address they asked; the one that was silent longest is forgotten first.
MOST_PEERS = 10_000


class AskedAddresses:
    """Sends and receives for `sock`, which is bound to every address of this machine."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._asked: dict[Address, tuple[int, int, bytes]] = {}  # by peer, as ancillary data for `sendmsg`
        if sock.family == socket.AF_INET6:  # tells the addresses of IPv4 peers, too
            sock.setsockopt(socket.IPPROTO_IPV6, _IPV6_RECVPKTINFO, 1)
        else:
            sock.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)

    def receive(self, flags: int) -> tuple[bytes, Address]:
        """Like `recvfrom` of the socket."""
        datagram, ancillary, _, peer = self._socket.recvmsg(MAX_DATAGRAM, _ANCILLARY_BYTES, flags)
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
        self._asked.pop(peer, None)
        self._asked[peer] = (level, kind, info)
        if len(self._asked) > MOST_PEERS:
            del self._asked[next(iter(self._asked))]


def asked_addresses(sock: socket.socket, host: str) -> AskedAddresses | None:
    """None where the system need not be told: `sock` has one address alone. Or where it can't be."""
    return AskedAddresses(sock) if sys.platform == "linux" and host in ("0.0.0.0", "::") else None
