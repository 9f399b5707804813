"""The panels about streams without a browser."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack

import ipywidgets
import pytest

from chatlab.panels import StreamPanel, StreamWeatherPanel
from chatlab.panels.stream.stream_panel import EMPTY, MOST_STREAMS
from chatlab.room.errors import CantListen
from chatlab.room.events import Event, Said
from chatlab.tcp.client import TcpClient
from chatlab.tcp.server import TcpServer
from chatlab.tcp.weather.pieces import StreamWeather
from chatlab.tcp.weather.relay import StreamRelay
from chatlab.trace import Trace
from chatlab.trace.records import Record, Step, Transport
from tests.waiting import Heard

from .conftest import LIMIT, RunCell


def say(trace: Trace, words: bytes, port: int = 8000) -> None:
    trace.attend(("127.0.0.1", port), f"ada {port}")
    trace.add(Record(trace.clock(), Step.SENT, Transport.TCP, ("127.0.0.1", port), ("127.0.0.1", 9999), words))


def wait_until_shown(widget: ipywidgets.HTML, text: str) -> None:
    shown = threading.Event()
    widget.observe(lambda change: shown.set() if text in change["new"] else None, "value")
    assert text in widget.value or shown.wait(LIMIT)


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("stream")]


@pytest.fixture
def server() -> Iterator[TcpServer]:
    with TcpServer(port=0) as server:
        yield server


def test_it_draws_the_bytes_and_clears_them(panels: ExitStack) -> None:
    trace = Trace()
    panel = panels.enter_context(StreamPanel(trace))
    assert panel._picture.value == EMPTY
    say(trace, b"<hi>\n")
    wait_until_shown(panel._picture, "5 bytes")
    assert "<hi>" not in panel._picture.value
    assert "var(--jp-" in panel._picture.value
    panel._clear.click()
    wait_until_shown(panel._picture, EMPTY)


def test_pause_holds_it_still(panels: ExitStack) -> None:
    trace = Trace()
    panel = panels.enter_context(StreamPanel(trace))
    say(trace, b"one\n")
    wait_until_shown(panel._picture, "4 bytes")
    panel._pause.value = True
    assert panel._pause.description == "Go on"
    say(trace, b"two\n")
    panel._show()
    assert "4 bytes" in panel._picture.value
    panel._pause.value = False
    assert "8 bytes" in panel._picture.value


def test_whoever_has_left_gives_way(panels: ExitStack) -> None:
    trace = Trace()
    panel = panels.enter_context(StreamPanel(trace))
    for port in range(8000, 8000 + MOST_STREAMS + 1):
        say(trace, b"hi\n", port)
    trace.add(Record(trace.clock(), Step.ENDED, Transport.TCP, ("127.0.0.1", 8003), ("127.0.0.1", 9999)))
    wait_until_shown(panel._picture, f"ada {8000 + MOST_STREAMS} ")
    panel._show()
    shown = [port for port in range(8000, 8000 + MOST_STREAMS + 1) if f"ada {port} " in panel._picture.value]
    assert shown == [port for port in range(8000, 8000 + MOST_STREAMS + 1) if port != 8003]


def test_it_ends_and_says_what_it_is(panels: ExitStack) -> None:
    panel = panels.enter_context(StreamPanel(Trace(), "Ada & Bob"))
    assert repr(panel) == "Streams of bytes: Ada & Bob"
    panel.close()
    panel.close()
    assert threads() == []
    assert panel._pause.disabled


def test_a_newer_panel_of_the_same_trace_closes_the_older_one(panels: ExitStack, run_cell: RunCell) -> None:
    trace = Trace()
    for _ in range(2):
        run_cell("cell")
        panels.enter_context(StreamPanel(trace))
    assert threads() == ["stream-panel"]


def test_the_weather_panel_starts_the_relay_shows_its_streams_and_closes_it(server: TcpServer) -> None:
    trace, heard = Trace(), Heard[Event]()
    with StreamWeatherPanel(StreamRelay(server, trace=trace)) as panel:
        assert panel.relay.running
        assert f":{panel.relay.address[1]}" in panel._state.value
        with TcpClient("ada", panel.relay, trace=trace, on_event=heard) as ada:
            ada.say("hi")
            heard.wait_for(lambda event: event == Said("ada", "hi"))
            assert panel._streams
            wait_until_shown(panel._streams._picture, "ada -&gt; room: 7 bytes")
    assert not panel.relay.running
    panel._show()
    assert "closed: to open it, run this cell again" in panel._state.value
    assert threads() == []
    assert repr(panel) == "Stream weather panel"


def test_sliders_change_the_weather(server: TcpServer, panels: ExitStack) -> None:
    panel = panels.enter_context(StreamWeatherPanel(StreamRelay(server)))
    assert (panel._piece.value, panel._piece.label) == (0, "all")
    panel._piece.value, panel._gap.value, panel._delay.value = 1, 0.1, 0.5
    assert panel.relay.weather == StreamWeather(1, 0.1, 0.5)
    assert panel._piece.label == "1 B"


@pytest.mark.parametrize(
    ("given", "shown"), [(StreamWeather(64, 3.0, 9.0), (64, 3.0, 9.0)), (StreamWeather(100), None)]
)
def test_the_weather_that_the_relay_has_is_on_the_sliders(
    server: TcpServer, panels: ExitStack, given: StreamWeather, shown: tuple[float, ...] | None
) -> None:
    panel = panels.enter_context(StreamWeatherPanel(StreamRelay(server, weather=given)))
    assert panel.relay.weather == given
    assert (panel._piece.value, panel._gap.value, panel._delay.value) == (shown or (64, 0.005, 0.0))


def test_a_stall_holds_back_and_ends_with_the_same_button(server: TcpServer, panels: ExitStack) -> None:
    panel = panels.enter_context(StreamWeatherPanel(StreamRelay(server)))
    with socket.create_connection(panel.relay.address[:2], LIMIT) as ada:
        assert ada.recv(100) == b"NICK\n"
        panel._stall.value = True
        assert panel._stall.description == "Go on"
        ada.sendall(b"ada\n")
        ada.settimeout(0.2)
        with pytest.raises(TimeoutError):
            ada.recv(100)
        ada.settimeout(LIMIT)
        panel._stall.value = False
        assert ada.recv(100) == b"Connected to the server!\n"
        panel._cut.click()
        assert ada.recv(100) == b""


def test_a_port_that_is_taken_is_said(server: TcpServer, panels: ExitStack) -> None:
    panel = panels.enter_context(StreamWeatherPanel(StreamRelay(server, port=server.address[1])))
    assert "closed: can&#x27;t listen on" in panel._state.value
    with pytest.raises(CantListen):
        panel.relay.start()


@pytest.mark.usefixtures("services_may_fail")
def test_a_relay_that_fails_is_shown_with_the_reason(server: TcpServer, panels: ExitStack) -> None:
    def fail(_line: str) -> None:
        raise KeyError("<b>")

    panel = panels.enter_context(StreamWeatherPanel(StreamRelay(server, log=fail)))
    with socket.create_connection(panel.relay.address[:2], LIMIT):
        wait_until_shown(panel._state, "has failed: KeyError: &#x27;&lt;b&gt;&#x27; (to open it, run this cell again)")
