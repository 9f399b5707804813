"""The simulated network: its time, its fates and its picture."""

from __future__ import annotations

import pytest

from chatlab.room.errors import GaveUp
from chatlab.trace import Trace
from chatlab.udp.reliable.stop_and_wait import Receipt, Receiver, Timing
from chatlab.weather.fate import LOST, STORM, Conditions, Fate
from chatlab.weather.simulated import Arrival, SimulatedNetwork, transfer

MESSAGES = [b"%d" % number for number in range(100)]
TIMING = Timing(first=1.0, longest=4.0, tries=3)


class Forgetful(Receiver):
    """Takes each message for a new one."""

    def receive(self, number: int) -> Receipt:
        return Receipt(is_new=True, acknowledge=True)


def test_time_passes_only_where_somebody_waits() -> None:
    network = SimulatedNetwork(Conditions(delay=0.5))
    network.send("ada", "bob", b"one")
    network.now += 0.25
    network.send("bob", "ada", b"two")
    assert network.now == 0.25
    assert network.receive(until=0.4) is None
    assert network.now == 0.4
    assert network.receive() == Arrival("bob", b"one")
    assert network.now == 0.5
    network.now = 9.0
    assert network.receive(until=1.0) == Arrival("ada", b"two")
    assert network.now == 9.0  # it never goes back
    assert network.receive() is None
    assert network.now == 9.0


def test_some_fates_are_given_and_the_others_stay_as_they_were() -> None:
    def arrivals(fates: dict[int, Fate]) -> list[bytes]:
        network = SimulatedNetwork(Conditions(loss=0.5), seed=1, fates=fates)
        for message in MESSAGES:
            network.send("ada", "bob", message)
        found = []
        while arrival := network.receive():
            found.append(arrival.datagram)
        return found

    by_weather = arrivals({})
    assert 30 < len(by_weather) < 70
    first = int(by_weather[0])
    assert arrivals({first + 1: LOST}) == by_weather[1:]
    assert arrivals({first + 1: Fate((0.0, 1.0))}) == [*by_weather, by_weather[0]]


def test_the_same_seed_gives_the_same_picture_and_another_does_not() -> None:
    def picture(seed: int) -> str:
        network = SimulatedNetwork(STORM.to_server, seed=seed, trace=Trace())
        transfer(MESSAGES[:8], network)
        return str(network.trace)

    assert picture(1) == picture(1) != picture(2)


def test_both_ways_are_told_apart() -> None:
    network = SimulatedNetwork(Conditions(loss=0.5), seed=1, trace=Trace())
    for message in MESSAGES[:20]:
        network.send("ada", "bob", message)
        network.send("bob", "ada", message)
    lost = [line.split()[1] for line in str(network.trace).splitlines() if line.endswith("lost")]
    assert lost.count("ada") != lost.count("bob")


def test_a_transfer_brings_everything_once_and_in_order() -> None:
    for seed in range(20):
        assert transfer(MESSAGES, SimulatedNetwork(STORM.to_server, seed=seed)) == MESSAGES


def test_a_transfer_takes_a_round_trip_for_each_message() -> None:
    network = SimulatedNetwork(Conditions(delay=0.02))
    transfer(MESSAGES, network)
    assert network.now == pytest.approx(100 * 0.04)


def test_a_transfer_ends_with_what_is_still_under_way() -> None:
    late = {1: Fate((0.0, 9.0))}
    assert transfer([b"pay"], SimulatedNetwork(fates=late), receiver=Forgetful()) == [b"pay", b"pay"]
    assert transfer([b"pay"], SimulatedNetwork(fates=late)) == [b"pay"]


def test_a_transfer_to_nobody_gives_up() -> None:
    network = SimulatedNetwork(Conditions(loss=1.0), trace=Trace())
    with pytest.raises(GaveUp):
        transfer([b"a"], network, TIMING)
    assert str(network.trace).count("lost") == 3
    assert transfer([], network) == []
