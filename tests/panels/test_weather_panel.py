"""A weather panel without a browser."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from chatlab.panels import WeatherPanel
from chatlab.room.errors import CantListen
from chatlab.room.events import Said
from chatlab.trace import Trace
from chatlab.udp.client import UdpClient
from chatlab.udp.server import UdpServer
from chatlab.weather.fate import FAIR, STORM, Conditions, Direction, Weather
from chatlab.weather.relay import WeatherRelay
from chatlab.weather.relayed import Crossing

from .conftest import LIMIT, RunCell


@pytest.fixture
def server() -> Iterator[UdpServer]:
    with UdpServer(port=0) as server:
        yield server


def values(panel: WeatherPanel) -> dict[str, float]:
    return {name: slider.value for name, slider in panel._controls.sliders.items()}


def test_it_starts_traces_and_closes_the_relay(server: UdpServer) -> None:
    relay = WeatherRelay(server)
    with WeatherPanel(relay) as panel:
        assert relay.running
        assert isinstance(relay.trace, Trace)
        assert f"{relay.address[0]}:{relay.address[1]}" in panel._state.value
    assert not relay.running
    panel.close()
    assert "run this cell again" in panel._state.value
    assert all(slider.disabled for slider in panel._controls.sliders.values())
    assert not [thread for thread in threading.enumerate() if thread.name.startswith(("weather", "ladder"))]
    assert repr(panel) == "Weather panel"


@pytest.mark.usefixtures("services_may_fail")
def test_a_relay_that_fails_is_shown_with_the_reason(server: UdpServer, panels: ExitStack) -> None:
    def fail(_crossing: Crossing) -> None:
        raise KeyError("<b>")

    panel = panels.enter_context(WeatherPanel(WeatherRelay(server, on_fate=fail)))
    told = threading.Event()
    panel._state.observe(lambda change: told.set() if "failed" in change["new"] else None, "value")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as anybody:
        anybody.sendto(b"hi", panel.relay.address)
    assert told.wait(LIMIT)
    shown = "<b>Weather</b> has failed: KeyError: &#x27;&lt;b&gt;&#x27; (to open it, run this cell again)"
    assert panel._state.value == shown
    panel.close()
    assert panel._state.value == shown


def test_a_trace_that_the_relay_has_is_kept(server: UdpServer) -> None:
    trace = Trace()
    with WeatherPanel(WeatherRelay(server, trace=trace)) as panel:
        assert panel._ladder
        assert panel._ladder.trace is trace


def test_a_preset_changes_the_weather_and_moves_the_sliders(server: UdpServer, panels: ExitStack) -> None:
    panel = panels.enter_context(WeatherPanel(WeatherRelay(server)))
    assert panel._controls.presets.value == "fair"
    panel._controls.presets.value = "storm"
    assert panel.relay.weather == STORM
    assert values(panel)["loss"] == STORM.to_server.loss
    panel._controls.presets.value = "fair"
    assert panel.relay.weather == FAIR
    assert set(values(panel).values()) == {0}


def test_a_preset_is_for_both_ways_and_the_panel_says_so(server: UdpServer, panels: ExitStack) -> None:
    panel = panels.enter_context(WeatherPanel(WeatherRelay(server)))
    panel._controls.direction.value = "to the server"
    panel._controls.presets.value = "storm"
    assert panel.relay.weather == STORM
    assert panel._controls.direction.value == "both ways"


def test_a_slider_changes_the_weather_and_no_preset_is_chosen(server: UdpServer, panels: ExitStack) -> None:
    panel = panels.enter_context(WeatherPanel(WeatherRelay(server)))
    panel._controls.sliders["loss"].value = 0.5
    assert panel.relay.weather == Weather.both_ways(Conditions(loss=0.5))
    assert panel._controls.presets.value is None
    panel._controls.sliders["loss"].value = 0
    assert panel._controls.presets.value == "fair"


def test_after_an_error_of_one_change_the_sliders_change_the_weather_again(
    server: UdpServer, panels: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_conditions: Conditions) -> None:
        raise ZeroDivisionError

    panel = panels.enter_context(WeatherPanel(WeatherRelay(server)))
    with monkeypatch.context() as patch:
        patch.setattr("chatlab.panels.weather.weather_controls.asdict", fail)
        with pytest.raises(ZeroDivisionError):
            panel._controls.follow()
    panel._controls.sliders["loss"].value = 0.5
    assert panel.relay.weather == Weather.both_ways(Conditions(loss=0.5))


def test_one_direction_alone(server: UdpServer, panels: ExitStack) -> None:
    panel = panels.enter_context(WeatherPanel(WeatherRelay(server)))
    panel._controls.direction.value = "to the client"
    panel._controls.sliders["delay"].value = 0.25
    assert panel.relay.weather == Weather(to_client=Conditions(delay=0.25))
    panel._controls.direction.value = "to the server"
    assert values(panel)["delay"] == 0
    panel._controls.sliders["loss"].value = 0.5
    assert panel.relay.weather == Weather(Conditions(loss=0.5), Conditions(delay=0.25))


def test_a_slider_changes_its_own_condition_alone(server: UdpServer, panels: ExitStack) -> None:
    weather = Weather(Conditions(reorder=0.123), Conditions(delay=0.25))
    panel = panels.enter_context(WeatherPanel(WeatherRelay(server, weather=weather)))
    panel._controls.sliders["loss"].value = 0.5
    assert panel.relay.weather == Weather(Conditions(reorder=0.123, loss=0.5), Conditions(delay=0.25, loss=0.5))


def test_weather_that_is_longer_than_a_slider_lengthens_it(server: UdpServer, panels: ExitStack) -> None:
    weather = Weather(to_client=Conditions(delay=2.5))
    panel = panels.enter_context(WeatherPanel(WeatherRelay(server, weather=weather)))
    assert panel.relay.weather == weather
    panel._controls.direction.value = "to the client"
    assert values(panel)["delay"] == 2.5
    panel._controls.sliders["loss"].value = 0.5
    assert panel.relay.weather == Weather(to_client=Conditions(delay=2.5, loss=0.5))


def test_showing_the_other_direction_changes_nothing(server: UdpServer, panels: ExitStack) -> None:
    weather = Weather(Conditions(loss=0.1), Conditions(loss=0.2))
    panel = panels.enter_context(WeatherPanel(WeatherRelay(server, weather=weather)))
    for direction in ("to the client", "to the server", "both ways"):
        panel._controls.direction.value = direction
        assert panel.relay.weather == weather


def test_the_counts_and_the_ladder_follow_the_talk(server: UdpServer, panels: ExitStack) -> None:
    panel = panels.enter_context(WeatherPanel(WeatherRelay(server)))
    counted, drawn = threading.Event(), threading.Event()
    assert panel._ladder
    panel._counts.observe(lambda change: counted.set() if "<td>2</td>" in change["new"] else None, "value")
    panel._ladder._picture.observe(lambda change: drawn.set() if "ada: hi" in change["new"] else None, "value")
    with UdpClient("ada", panel.relay) as ada:
        ada.say("hi")
        assert next(event for event in ada if isinstance(event, Said)).text == "hi"
        assert counted.wait(LIMIT)
        assert drawn.wait(LIMIT)


def test_what_was_dropped_has_a_column_once_there_is_any(server: UdpServer, panels: ExitStack) -> None:
    panel = panels.enter_context(WeatherPanel(WeatherRelay(server)))
    assert "dropped" not in panel._counts.value
    panel.relay.counts[Direction.TO_CLIENT].dropped = 1234
    panel._show()
    assert "<th>dropped</th>" in panel._counts.value
    assert "<td>1,234</td>" in panel._counts.value


def test_a_panel_for_the_same_relay_closes_the_older_one(server: UdpServer, panels: ExitStack) -> None:
    first = panels.enter_context(WeatherPanel(WeatherRelay(server)))
    panels.enter_context(WeatherPanel(first.relay))
    assert first._controls.presets.disabled
    assert first.relay.running


def test_two_relays_on_any_port_until_their_cell_is_run_again(
    server: UdpServer, run_cell: RunCell, panels: ExitStack
) -> None:
    run_cell("cell")
    relays = [WeatherRelay(server), WeatherRelay(server)]
    for relay in relays:
        panels.enter_context(WeatherPanel(relay))
    assert [relay.running for relay in relays] == [True, True]
    run_cell("cell")
    panels.enter_context(WeatherPanel(WeatherRelay(server)))
    assert [relay.running for relay in relays] == [False, False]


def test_a_relay_that_cannot_open_says_why(server: UdpServer, panels: ExitStack) -> None:
    panel = panels.enter_context(WeatherPanel(WeatherRelay(server, port=server.address[1])))
    assert "port" in panel._state.value
    with pytest.raises(CantListen):
        panel.relay.start()
