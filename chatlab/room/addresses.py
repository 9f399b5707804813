"""Socket addresses, and how people write them. Pure."""

from __future__ import annotations

from typing import NamedTuple

# (host, port) over IPv4; IPv6 adds flow info and scope id. See "Socket families" in the standard library's socket page.
Address = tuple[str, int] | tuple[str, int, int, int]


class Arrival(NamedTuple):
    """A datagram, and where it came from."""

    datagram: bytes
    address: Address


def shown(address: Address) -> str:
    """`address` as people write it: 127.0.0.1:9999, [::1]:9999."""
    host, port = address[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
