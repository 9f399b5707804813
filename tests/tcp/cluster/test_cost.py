"""The model of what a chat of many people costs."""

from __future__ import annotations

import pytest

from chatlab.tcp.cluster.cost import CARRIED, CONNECTIONS, DELIVERIES, STAYS, cost, table


def test_the_square_of_a_room() -> None:
    small, large = cost(1000, lines=60), cost(2000, lines=60)
    assert small.said == 1000
    assert small.lines == 1000 * 999
    assert large.lines == 2000 * 1999
    assert small.presence == pytest.approx(2 * 1000 / STAYS * 999)


def test_rooms_cut_it_and_who_is_alone_costs_nothing() -> None:
    assert cost(1000, rooms=10, lines=60).lines == 1000 * 99
    assert cost(1000, rooms=1000).lines == cost(1000, rooms=1000).presence == 0


def test_who_is_here_by_count_does_not_grow_with_the_square() -> None:
    one, ten = cost(1000, by_count=True), cost(10_000, by_count=True)
    assert ten.presence == 10 * one.presence


def test_servers_are_for_deliveries_and_for_connections() -> None:
    assert cost(10).servers == 1
    assert cost(5 * CONNECTIONS, rooms=5 * CONNECTIONS).servers == 5
    busy = cost(10_000, lines=60)
    assert busy.servers == -(-(busy.lines + busy.presence) // DELIVERIES)


def test_the_broker_brings_a_line_to_each_other_server_that_has_the_room() -> None:
    assert cost(10).carried == cost(10).brokers == 0
    two = cost(2 * CONNECTIONS, rooms=CONNECTIONS, lines=60)
    assert two.servers == 2
    assert two.carried == pytest.approx(two.said + 2 * 2 * CONNECTIONS / STAYS)
    assert cost(1_000_000, lines=60).brokers > 1_000_000 / CARRIED


def test_a_table_has_a_line_for_each_size_and_bears_any_number_of_rooms() -> None:
    lines = table([10, 1000], rooms=100).splitlines()
    assert [line.split()[0] for line in lines] == ["people", "10", "1,000"]
    assert table([10], rooms=0) == table([10], rooms=1)
