"""What waits for the room: bounded, and fair to each sender."""

from __future__ import annotations

import math

import pytest

from chatlab.room.addresses import Address
from chatlab.udp.sockets import receiving_socket
from chatlab.udp.sockets.receiving_socket import Batch

ADA: Address = ("127.0.0.1", 8001)
EVE: Address = ("127.0.0.1", 8002)


def test_arrivals_wait_in_order() -> None:
    batch = Batch(share=math.inf, size=1025)
    batch.add(b"1", ADA)
    batch.add(b"2", EVE)
    assert batch.arrivals == [(b"1", ADA), (b"2", EVE)]


def test_a_flood_takes_nobody_elses_place() -> None:
    batch = Batch(share=100, size=1025)
    for _ in range(20_000):
        batch.add(b"flood", EVE)
    batch.add(b"hi", ADA)
    assert [address for _, address in batch.arrivals].count(EVE) == 100
    assert batch.arrivals[-1] == (b"hi", ADA)
    assert batch.dropped == 19_900


def test_a_sender_that_finds_no_room_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or a flood from forged addresses would fill the memory."""
    monkeypatch.setattr(receiving_socket, "BATCH_DATAGRAMS", 3)
    batch = Batch(share=100, size=10)
    for port in range(1000):
        batch.add(b"flood", ("127.0.0.1", port))
    assert len(batch._senders) == 3


def test_a_batch_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving_socket, "BATCH_DATAGRAMS", 3)
    batch = Batch(share=math.inf, size=2)
    for port in range(5):
        batch.add(b"long", ("127.0.0.1", port))
    assert [datagram for datagram, _ in batch.arrivals] == [b"lo"] * 3
    assert batch.dropped == 2
