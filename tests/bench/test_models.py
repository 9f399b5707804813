"""The three models measured: what is measured of them, how it is drawn, and that many connections can be held."""

from __future__ import annotations

import sys
from itertools import pairwise
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest

from chatlab.bench import files, load
from chatlab.bench.files import SPARE, allowed_sockets
from chatlab.bench.idle import Held
from chatlab.bench.models.measure import measure_models
from chatlab.bench.models.measured import APART, HIGH, Measured, Point, draw
from chatlab.bench.modes import DEFAULT
from chatlab.tcp.models.serving import MODELS
from tests.systems import not_here

MEMORY = 1 << 20
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is."""
    monkeypatch.setattr(load, "LOST_AFTER", 60.0)


def measured(**changed: float | None) -> Measured:
    points = [
        Point(model, clients, 1000.0 * clients, 5.0e5, 0.001, 0.002 * clients, MEMORY * clients)
        for model in MODELS
        for clients in (10, 1000)
    ]
    return Measured(point._replace(**changed) for point in points)  # type: ignore[arg-type]


def titles(svg: str) -> list[str]:
    return [text.text or "" for text in ElementTree.fromstring(svg).iter(f"{SVG}text") if text.get("font-weight")]


def rows_of(points: Measured) -> list[str]:
    return [" ".join(line.split()) for line in str(points).splitlines()]


def test_the_table_has_a_row_for_each_point_and_says_what_is_unknown() -> None:
    header, _, row, *others = rows_of(measured())
    assert header == "clients model deliveries/s /CPU s half within 99 % within memory"
    assert row == "1,000 threads 1,000,000 500,000 1.00 ms 2,000.00 ms 1,000.0 MiB"
    assert len(others) == 4
    assert rows_of(measured(efficiency=None, memory=None))[1] == "10 threads 10,000 - 1.00 ms 20.00 ms -"


def test_the_picture_has_a_plot_for_each_thing_that_is_known() -> None:
    known = ["deliveries a CPU second", "99 % are read within (ms)", "memory of the server (MiB)"]
    assert titles(draw(measured())) == known
    assert titles(draw(measured(efficiency=None, memory=None))) == ["deliveries a second", known[1]]
    bundle = measured()._repr_mimebundle_()
    assert bundle["image/svg+xml"] == draw(measured())
    assert "prefers-color-scheme: dark" in bundle["image/svg+xml"]


@pytest.mark.parametrize("rate", [0.0, 5.0e5])
def test_names_at_the_ends_of_lines_never_stand_on_each_other(rate: float) -> None:
    """Where all three end at one place, at the top or at the floor."""
    root = ElementTree.fromstring(draw(measured(efficiency=rate)))
    first = next(group for group in root.iter(f"{SVG}g"))
    places = sorted(float(text.get("y", "")) for text in first.iter(f"{SVG}text") if text.text in MODELS)
    assert all(later - earlier >= APART for earlier, later in pairwise(places))
    assert 0 < places[0] < places[-1] < HIGH


def test_each_model_is_measured_with_each_number_of_clients() -> None:
    told: list[float] = []
    points = measure_models([3, 1], seconds=0, tell=lambda share, what: told.append(share))
    assert [(point.model, point.clients) for point in points] == [(model, n) for model in MODELS for n in (2, 3)]
    assert all(point.rate > 0 and point.late >= point.median > 0 for point in points)
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)


def test_connections_are_held_while_two_people_talk() -> None:
    with Held(DEFAULT, 20) as held:
        assert str(held).startswith(f"{DEFAULT.name}: 20 connections held")
        assert held.talk(0).median > 0


def test_a_crowd_of_one_and_no_clients_at_all_are_no_error() -> None:
    with Held(DEFAULT, 1) as held:
        assert str(held).startswith(f"{DEFAULT.name}: 1 connection")
    assert measure_models([]) == Measured()
    assert titles(draw(Measured()))


@not_here(sys.platform == "win32", "Windows has no such limit")
def test_where_a_system_allows_fewer_there_are_fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = [(100, 1000)]

    def set_limit(what: int, limit: tuple[int, int]) -> None:
        if limit[0] > 1000:
            raise ValueError("not allowed to raise maximum limit")
        limits.append(limit)

    system = SimpleNamespace(RLIMIT_NOFILE=7, getrlimit=lambda what: limits[-1], setrlimit=set_limit)
    monkeypatch.setattr(files, "resource", system)
    assert allowed_sockets(10) == 10
    assert allowed_sockets(10_000) == 1000 - SPARE
    assert limits[-1] == (1000, 1000)
