"""What is under way."""

from __future__ import annotations

import sys

import pytest

from chatlab.weather import in_flight
from chatlab.weather.in_flight import InFlight


def test_the_next_to_arrive_comes_out_first_and_none_too_early() -> None:
    way: InFlight[str] = InFlight()
    for arrives_at, datagram in [(3.0, b"c"), (1.0, b"a"), (2.0, b"b")]:
        way.add(arrives_at, datagram, "ada")
    assert way.next_arrival() == 1.0
    assert list(way.arrived(2.0)) == [(b"a", "ada"), (b"b", "ada")]
    assert (len(way), way.next_arrival()) == (1, 3.0)


def test_of_two_that_arrive_together_the_first_comes_first() -> None:
    way: InFlight[int] = InFlight()
    for number in range(9, 0, -1):
        way.add(1.0, b"", number)
    assert [number for _, number in way.arrived(1.0)] == list(range(9, 0, -1))


def test_a_datagram_is_counted_with_what_python_needs_for_it() -> None:
    way: InFlight[None] = InFlight()
    way.add(1.0, b"", None)
    entry = way._heap[0]
    assert sys.getsizeof(entry) + sum(map(sys.getsizeof, entry[:3])) <= in_flight.DATAGRAM_COST
    assert in_flight.MAX_BYTES == 16 * 2**20


def test_nothing_is_under_way() -> None:
    way: InFlight[None] = InFlight()
    assert way.next_arrival() == float("inf")
    assert list(way.arrived(1e9)) == []


def test_it_is_bounded_in_bytes_and_room_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_flight, "MAX_BYTES", 1000)
    way: InFlight[None] = InFlight()
    assert way.has_room_for(bytes(300), copies=2)
    assert not way.has_room_for(bytes(301), copies=2)
    way.add(1.0, bytes(800), None)
    assert not way.has_room_for(b"", copies=1)
    list(way.arrived(1.0))
    assert way.has_room_for(bytes(800), copies=1)
