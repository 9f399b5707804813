"""From what people type to what sockets take.

A name such as `localhost` can stand for an IPv6 and an IPv4 address. Servers and clients here choose the same way,
IPv4 first, so that the same name always leads to the same place.
"""

from __future__ import annotations

import errno
import socket
import sys

from chatlab.room.addresses import Address, shown
from chatlab.room.errors import CantListen, CantResolve
from chatlab.service.interfaces import HasAddress

# The hosts that stand for every address of this machine, and where this machine reaches a server there.
LOOPBACK = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}
# EACCES: a plain user may not have a port below 1024; on Windows, another program holds the port exclusively.
_IN_USE = (errno.EADDRINUSE, errno.EACCES)


def resolve(host: str, port: int, kind: socket.SocketKind) -> tuple[socket.AddressFamily, Address]:
    """The address family and the socket address of `host`. Raises CantResolve."""
    if not 0 <= port <= 65_535:  # Linux would take what is left of it in 16 bits
        raise CantResolve(f"there is no port {port}: choose a number from 0 to 65535")
    try:
        found = socket.getaddrinfo(host or "0.0.0.0", port, type=kind)
    except (OSError, UnicodeError) as error:
        raise CantResolve(f"can't find the host {host!r}: check its spelling, or type its IP address") from error
    family, _, _, _, address = min(found, key=lambda info: info[0] != socket.AF_INET)
    return family, address  # type: ignore[return-value]  # typeshed: also the addresses of other families


def host_and_port(server: HasAddress | tuple[str, int]) -> tuple[str, int]:
    """Where `server` is: a server object, or its (host, port)."""
    return (server if isinstance(server, tuple) else server.address)[:2]


def bind(sock: socket.socket, address: Address) -> None:
    """`sock.bind(address)`, so that no other program gets this address as long as we have it. Raises CantListen."""
    if sys.platform == "win32":  # there, SO_REUSEADDR of another program would take our datagrams
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
    elif sock.type == socket.SOCK_STREAM:  # or connections of an earlier run keep the port for a minute (TIME_WAIT)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if address[0] == "::" and socket.has_dualstack_ipv6():
        # So that it stands for the addresses of IPv4 too. Windows does not do that by itself.
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    try:
        sock.bind(address)
    except OSError as error:
        raise cant_listen(address, error) from error


def cant_listen(address: Address, error: OSError) -> CantListen:
    """What to say of `error`, which a bind to `address` has raised."""
    if error.errno in _IN_USE:
        advice = f"port {address[1]} is taken or not allowed: stop who uses it, or choose another with --port"
    elif error.errno == errno.EADDRNOTAVAIL:
        advice = "that is not an address of this machine: try --host 127.0.0.1, or --host 0.0.0.0 for all of them"
    else:
        advice = str(error.strerror)
    return CantListen(f"can't listen on {shown(address)}: {advice}")


def reachable_host(host: str) -> str:
    """What others type to reach a server on `host`: for 0.0.0.0, this machine's address on its network.

    Sends nothing: to connect a UDP socket only chooses a route (192.0.2.1 is nobody's: RFC 5737).
    """
    if host not in LOOPBACK:
        return host
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:  # no network but the loopback
            return LOOPBACK[host]
        return str(probe.getsockname()[0])
