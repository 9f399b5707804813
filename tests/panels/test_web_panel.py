"""The panel of a room's web page without a browser; what stands for one is a WebSocket."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from websockets.sync.client import connect
from websockets.typing import Origin

from chatlab.panels import RoomPanel, WebPanel
from chatlab.panels.web_panel import ALONE, HERE, NETWORK
from chatlab.tcp.server import TcpServer
from chatlab.tcp.sockets import listen
from chatlab.web import gateway as gateway_module
from chatlab.web.gateway import WebGateway

from .conftest import LIMIT, RunCell


@pytest.fixture
def room() -> Iterator[TcpServer]:
    with TcpServer(port=0) as room:
        yield room


@pytest.fixture
def panel(room: TcpServer, panels: ExitStack) -> WebPanel:
    return panels.enter_context(WebPanel(room))


@pytest.fixture
def nobody_else_can_come_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a gateway is told, it listens on the loopback."""
    monkeypatch.setattr(gateway_module, "listen", lambda host, port: listen("127.0.0.1", port))


def wait_until_shown(panel: WebPanel, text: str) -> None:
    shown = threading.Event()
    panel._details.observe(lambda change: shown.set() if text in change["new"] else None, "value")
    assert text in panel._details.value or shown.wait(LIMIT)


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("web-")]


def test_it_opens_the_page_on_this_computer_and_closes_it(room: TcpServer) -> None:
    with WebPanel(room) as panel:
        gateway = panel.gateway
        assert gateway.running
        assert gateway.address[0] == "127.0.0.1"
        assert f'href="{gateway.url}"' in panel._details.value
        assert "Only browsers on this computer" in panel._details.value
        assert "<svg" not in panel._details.value  # no camera can come to this address
        assert panel._state.value == "<b>Web page</b> open"
        assert repr(panel) == "Web page panel"
    assert not gateway.running
    assert threads() == []
    assert panel._details.value == ""
    assert "closed: to open it, run this cell again" in panel._state.value
    panel._button.click()
    assert not gateway.running


def test_it_counts_the_browsers_in_it(panel: WebPanel) -> None:
    assert "0 browsers in it" in panel._details.value
    origin = Origin(panel.gateway.url.rstrip("/"))
    with connect(f"ws{panel.gateway.url.removeprefix('http')}room", origin=origin) as browser:
        assert browser.recv(LIMIT) == "NICK"
        wait_until_shown(panel, "1 browser in it")
    wait_until_shown(panel, "0 browsers in it")


def test_the_button_closes_and_opens_it_at_the_same_port(panel: WebPanel) -> None:
    url = panel.gateway.url
    assert panel._button.description == "Close"
    panel._button.click()
    assert not panel.gateway.running
    assert (panel._button.description, panel._state.value) == ("Open", "<b>Web page</b> closed")
    assert panel._details.value == ""
    panel._button.click()
    assert panel.gateway.url == url
    assert url in panel._details.value


@pytest.mark.usefixtures("nobody_else_can_come_in")
def test_for_the_local_network_it_shows_a_qr_code_and_says_who_can_come_in(
    panel: WebPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = panel.gateway
    monkeypatch.setattr(WebGateway, "_reachable_host", "192.0.2.7")
    panel._choice.value = NETWORK
    assert not first.running
    assert panel.gateway.running
    url = f"http://192.0.2.7:{first.address[1]}/"
    assert f'aria-label="QR code of {url}"><svg' in panel._details.value
    assert "Everybody in your network can come in" in panel._details.value
    monkeypatch.setattr(WebGateway, "_reachable_host", "127.0.0.1")
    panel._choice.value = HERE
    assert "<svg" not in panel._details.value
    panel._choice.value = NETWORK
    assert ALONE in panel._details.value


def test_what_goes_wrong_is_shown_and_can_be_tried_again(panel: WebPanel) -> None:
    panel._button.click()
    with listen("127.0.0.1", panel.gateway.address[1]):
        panel._button.click()
        assert "can&#x27;t listen" in panel._details.value
        assert panel._button.description == "Open"
    panel._button.click()
    assert panel.gateway.running
    assert "listen" not in panel._details.value


@pytest.mark.usefixtures("services_may_fail")
def test_a_failure_of_the_page_is_shown(panel: WebPanel) -> None:
    panel.gateway._fail(ValueError("<no>"))
    wait_until_shown(panel, "ValueError: &lt;no&gt;")
    assert panel._state.value == "<b>Web page</b> failed"


def test_a_cell_that_runs_again_closes_the_older_one_and_no_panel_of_the_room(
    room: TcpServer, panels: ExitStack, run_cell: RunCell
) -> None:
    panels.enter_context(RoomPanel(room))
    older = []
    for _ in range(2):
        run_cell("cell")
        older.append(panels.enter_context(WebPanel(room)))
    assert [panel.gateway.running for panel in older] == [False, True]
    assert room.running
