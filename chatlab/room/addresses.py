"""Socket addresses, and how people write them. Pure."""

from __future__ import annotations

from typing import Protocol

# (host, port) over IPv4; IPv6 adds flow info and scope id. See "Socket families" in the standard library's socket page.
Address = tuple[str, int] | tuple[str, int, int, int]


class HasAddress(Protocol):
    """A server, as whoever connects to it sees it."""

    @property
    def address(self) -> Address: ...


def host_and_port(server: HasAddress | tuple[str, int]) -> tuple[str, int]:
    """Where `server` is: a server object, or its (host, port)."""
    return (server if isinstance(server, tuple) else server.address)[:2]


def shown(address: Address) -> str:
    """`address` as people write it: 127.0.0.1:9999, [::1]:9999."""
    host, port = address[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
