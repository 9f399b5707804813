"""What a room wants sent. Pure."""

from __future__ import annotations

from typing import NamedTuple

from chatlab.room.addresses import Address


class Delivery(NamedTuple):
    """`datagram` is to go to each of `recipients`."""

    datagram: bytes
    recipients: tuple[Address, ...]


def to_one(address: Address, *datagrams: bytes) -> list[Delivery]:
    """Each of `datagrams` to `address` alone."""
    return [Delivery(datagram, (address,)) for datagram in datagrams]
