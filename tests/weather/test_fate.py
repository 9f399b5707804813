"""What becomes of datagrams, without any."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatlab.weather.fate import HELD_BACK, PRESETS, STORM, Conditions, Direction, Fate, Link, Weather

MANY = 20_000
TO_SERVER, TO_CLIENT = Direction.TO_SERVER, Direction.TO_CLIENT


def fates(
    conditions: Conditions, count: int = MANY, *, seed: int = 7, client: int = 0, direction: Direction = TO_SERVER
) -> list[Fate]:
    """Of so many datagrams, a millisecond apart."""
    link = Link(seed, client, direction)
    return [link.meet(conditions, number / 1000) for number in range(count)]


def decided(fates: list[Fate]) -> list[tuple[bool, bool, bool]]:
    return [(fate.lost, fate.repeated, fate.reordered) for fate in fates]


def test_the_presets_are_what_the_lessons_and_the_help_say() -> None:
    def both_ways(**conditions: float) -> Weather:
        return Weather.both_ways(Conditions(**conditions))

    assert {
        "fair": Weather(),
        "busy-cafe": both_ways(loss=0.03, repeat=0.01, reorder=0.02, delay=0.01, jitter=0.05),
        "satellite": both_ways(loss=0.01, delay=0.25, jitter=0.02),
        "storm": both_ways(loss=0.3, repeat=0.1, reorder=0.2, delay=0.05, jitter=0.1),
    } == PRESETS


def test_the_same_seed_and_times_give_the_same_fates() -> None:
    assert fates(STORM.to_server) == fates(STORM.to_server)


@pytest.mark.parametrize("other", [{"seed": 8}, {"client": 1}, {"direction": TO_CLIENT}])
def test_each_seed_client_and_direction_has_fates_of_its_own(other: dict[str, int]) -> None:
    assert decided(fates(STORM.to_server, 100)) != decided(fates(STORM.to_server, 100, **other))  # type: ignore[arg-type]


def test_fates_are_the_same_in_every_version_and_on_every_system() -> None:
    lost = [number for number, fate in enumerate(fates(STORM.to_server, 20)) if fate.lost]
    assert lost == [1, 8, 15]


def test_links_do_not_disturb_each_other() -> None:
    ada, bob = Link(7, 0, TO_SERVER), Link(7, 1, TO_SERVER)
    mixed = [(ada.meet(STORM.to_server, n / 1000), bob.meet(STORM.to_server, n / 1000)) for n in range(100)]
    assert [of_ada for of_ada, _ in mixed] == fates(STORM.to_server, 100)
    assert [of_bob for _, of_bob in mixed] == fates(STORM.to_server, 100, client=1)


def test_when_datagrams_come_changes_only_how_long_they_take() -> None:
    link = Link(7, 0, TO_SERVER)
    assert decided([link.meet(STORM.to_server, number**2) for number in range(100)]) == decided(
        fates(STORM.to_server, 100)
    )


@pytest.mark.parametrize("probability", [0.0, 0.01, 0.3, 1.0])
@pytest.mark.parametrize(("name", "place"), [("loss", 0), ("repeat", 1), ("reorder", 2)])
def test_each_happens_as_often_as_asked_and_nothing_else(name: str, place: int, probability: float) -> None:
    happened = [sum(kind) / MANY for kind in zip(*decided(fates(Conditions(**{name: probability}))), strict=True)]
    expected = [0.0, 0.0, 0.0]
    expected[place] = probability
    assert happened == pytest.approx(expected, abs=0.015)


def test_a_change_of_one_probability_leaves_the_other_decisions() -> None:
    dry = fates(Conditions(repeat=0.3, reorder=0.3))
    wet = fates(Conditions(loss=0.3, repeat=0.3, reorder=0.3))
    assert all(fate.lost or fate.reordered == before.reordered for fate, before in zip(wet, dry, strict=True))
    assert all(fate.lost or fate.repeated == before.repeated for fate, before in zip(wet, dry, strict=True))


def test_delay_and_jitter_are_the_bounds_of_the_way() -> None:
    link = Link(7, 0, TO_SERVER)  # one datagram a second: none waits behind another
    delays = [link.meet(Conditions(delay=0.1, jitter=0.2), number).delays[0] for number in range(1000)]
    assert min(delays) == pytest.approx(0.1, abs=0.01)
    assert max(delays) == pytest.approx(0.3, abs=0.01)
    assert sum(delays) / 1000 == pytest.approx(0.2, abs=0.01)


@given(
    seed=st.integers(),
    pauses=st.lists(st.floats(0, 1), max_size=50),
    conditions=st.builds(Conditions, repeat=st.floats(0, 1), delay=st.floats(0, 2), jitter=st.floats(0, 2)),
)
def test_without_reordering_the_order_is_kept(seed: int, pauses: list[float], conditions: Conditions) -> None:
    link, now, arrivals = Link(seed, 0, TO_SERVER), 0.0, []
    for pause in pauses:
        now += pause
        fate = link.meet(conditions, now)
        arrivals.append(now + fate.delays[0])
        assert all(again >= fate.delays[0] for again in fate.delays)
    assert all(earlier <= later + 1e-9 for earlier, later in pairwise(arrivals))


def test_a_datagram_that_is_held_back_is_overtaken_by_the_next() -> None:
    for conditions in (Conditions(reorder=0.3), Conditions(reorder=0.3, delay=0.05, jitter=0.01)):
        met = fates(conditions)
        arrivals = [number / 1000 + fate.delays[0] for number, fate in enumerate(met)]
        overtaken = [arrivals[number] > min(arrivals[number + 1 : number + 8]) for number in range(len(met) - 8)]
        assert sum(overtaken) / MANY == pytest.approx(0.3, abs=0.02)


def test_a_repeat_comes_later_by_no_more_than_the_way_takes() -> None:
    for way in (0.0, 0.1):
        for fate in fates(Conditions(repeat=1, delay=way), 1000):
            first, again = fate.delays
            assert first <= again <= first + max(HELD_BACK, way)


@pytest.mark.parametrize("field", ["loss", "repeat", "reorder"])
@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
def test_what_is_no_probability_is_refused(field: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"{field} is a probability, from 0 to 1"):
        Conditions(**{field: value})


@pytest.mark.parametrize("field", ["delay", "jitter"])
@pytest.mark.parametrize("value", [-0.1, float("inf"), float("nan")])
def test_what_is_no_time_is_refused(field: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"{field} is in seconds, 0 or more"):
        Conditions(**{field: value})


def test_the_presets_get_worse() -> None:
    assert PRESETS["fair"] == Weather()
    assert [weather.to_client.loss for weather in PRESETS.values()] == [0, 0.03, 0.01, 0.3]
    assert max(PRESETS.values(), key=lambda weather: weather.to_server.delay) is PRESETS["satellite"]
