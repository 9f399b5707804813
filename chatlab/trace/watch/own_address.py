"""Which address of this machine the other end sees, where a socket is bound to all of them."""

from __future__ import annotations

import socket
from functools import lru_cache

from chatlab.room.addresses import Address
from chatlab.service.resolve import LOOPBACK


def own_address(bound: Address, peer: Address | None) -> Address:
    """`bound`, with the host that `peer` sees in place of a wildcard (0.0.0.0, ::)."""
    if bound[0] not in LOOPBACK or peer is None:
        return bound
    try:
        return (_host_towards(peer[0]), bound[1])
    except OSError:  # no route leads there, or it is a broadcast address
        return bound


@lru_cache
def _host_towards(host: str) -> str:
    """This machine's address on the route to `host`. Sends nothing: to connect a UDP socket only chooses a route."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((host, 9))
        return str(probe.getsockname()[0])
