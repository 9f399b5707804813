"""A room panel without a browser."""

from __future__ import annotations

import re
import threading
from contextlib import ExitStack
from html import unescape

import ipywidgets
import pytest

from chatlab.panels import ChatPanel, RoomPanel, side_by_side
from chatlab.panels.room_panel import NICKNAMES_SHOWN
from chatlab.room.errors import NoThreadLeft
from chatlab.room.events import Joined
from chatlab.udp.client import UdpClient
from chatlab.udp.server import UdpServer

from ..programs import Program
from .conftest import LIMIT, FakeClient, FakeCounts, FakeServer, Page, RunCell


def markup(panel: RoomPanel) -> str:
    """All the HTML of the panel but its style sheet."""
    _, header, details = panel.children
    return str(header.children[0].value + details.value)


def text(panel: RoomPanel) -> str:
    """On one line, as it reads."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", re.sub("</?span>", "", markup(panel)))).split())


def button(panel: RoomPanel) -> ipywidgets.Button:
    return panel.children[1].children[1]


def next_change(panel: RoomPanel) -> threading.Event:
    """Set when the panel writes its details anew."""
    changed = threading.Event()
    panel.children[2].observe(lambda change: changed.set(), "value")
    return changed


def test_it_shows_who_is_here_the_counts_and_how_to_join(panels: ExitStack) -> None:
    server = UdpServer(port=0)
    panel = panels.enter_context(RoomPanel(server))
    assert server.running
    host, port = server.address[:2]
    assert f"open at {host}:{port}" in text(panel)
    assert f"python -m chatlab.udp.client --host {host} --port {port} --nick " in text(panel)
    assert "0 here" in text(panel)


class MyServer(UdpServer):
    """As a reader would write it, in a notebook."""

    __module__ = "__main__"


@pytest.mark.parametrize("reliable", [False, True])
@pytest.mark.parametrize("kind", [UdpServer, MyServer])
def test_the_command_that_it_shows_joins_the_room(kind: type[UdpServer], reliable: bool, panels: ExitStack) -> None:
    server = kind(port=0, reliable=reliable)
    panel = panels.enter_context(RoomPanel(server))
    found = re.search(r"python (-m .*) --nick your-name", text(panel))
    assert found
    with Program(*found[1].split(), "--nick", "ada") as client:
        assert client.wait_for_line("ada") == "ada joined!"


def test_it_follows_the_server(panels: ExitStack) -> None:
    server = FakeServer()
    panel = panels.enter_context(RoomPanel(server))
    changed = next_change(panel)
    server.nicknames, server.counts = ("ada", "bob"), FakeCounts(1234, 5)
    assert changed.wait(LIMIT)
    assert "2 here" in text(panel)
    assert "1,234 received, 5 sent" in text(panel)


def test_a_hostile_nickname_is_text(panels: ExitStack) -> None:
    server = FakeServer()
    server.nicknames = ("<img src=x onerror=alert(1)>",)
    panel = panels.enter_context(RoomPanel(server))
    assert "<img" not in markup(panel)
    assert "<img src=x onerror=alert(1)>" in text(panel)


def test_a_thousand_members_do_not_fill_the_page(panels: ExitStack) -> None:
    server = FakeServer()
    server.nicknames = tuple(f"member-{number}" for number in range(1000))
    panel = panels.enter_context(RoomPanel(server))
    assert text(panel).count("member-") == NICKNAMES_SHOWN
    assert "1,000 here" in text(panel)
    assert f"and {1000 - NICKNAMES_SHOWN} more" in text(panel)


def test_a_room_that_fails_is_shown_and_opens_again(panels: ExitStack) -> None:
    server = FakeServer()
    panel = panels.enter_context(RoomPanel(server))
    changed = next_change(panel)
    server.running, server.failure = False, OSError(28, "No space left on <device>")
    assert changed.wait(LIMIT)
    assert "has failed OSError: [Errno 28] No space left on <device>" in text(panel)
    assert button(panel).description == "Start"
    button(panel).click()
    assert "open at 127.0.0.1:9999" in text(panel)
    assert "failed" not in text(panel)


@pytest.mark.usefixtures("services_may_fail")
def test_the_panel_of_a_real_room_shows_its_failure_and_opens_it_again(panels: ExitStack) -> None:
    lines: list[str] = []

    def log(line: str) -> None:
        lines.append(line)
        if len(lines) == 1:
            raise OSError("the disk is full")

    server = UdpServer(port=0, log=log)
    panel = panels.enter_context(RoomPanel(server))
    with UdpClient("ada", server):
        server.close()  # returns when the room has ended
    panel._show()
    assert "has failed OSError: the disk is full" in text(panel)
    button(panel).click()
    with UdpClient("ada", server) as ada:
        assert Joined("ada") in iter(ada)


def test_the_button_stops_and_starts_the_room(panels: ExitStack) -> None:
    server = FakeServer()
    panel = panels.enter_context(RoomPanel(server))
    assert button(panel).description == "Stop"
    button(panel).click()
    assert (server.running, button(panel).description) == (False, "Start")
    assert "closed" in text(panel)
    button(panel).click()
    assert (server.running, button(panel).description) == (True, "Stop")


@pytest.mark.parametrize("kind", [OSError, NoThreadLeft])
def test_a_start_that_fails_is_a_sentence_and_can_be_tried_again(
    kind: type[OSError | NoThreadLeft], panels: ExitStack
) -> None:
    server = FakeServer()
    server.problem = kind("port <9999> is taken")
    panel = panels.enter_context(RoomPanel(server))
    assert "closed port <9999> is taken" in text(panel)
    assert "<9999>" not in markup(panel)
    server.problem = None
    button(panel).click()
    assert server.running
    assert "taken" not in text(panel)


def test_what_has_failed_is_marked_as_a_failure(panels: ExitStack) -> None:
    server = FakeServer()
    panel = panels.enter_context(RoomPanel(server))
    assert "chatlab-failure" not in markup(panel)
    changed = next_change(panel)
    server.running, server.failure = False, ValueError("boom")
    assert changed.wait(LIMIT)
    assert '<div class="chatlab-failure">ValueError: boom</div>' in markup(panel)


def test_a_line_of_the_command_never_ends_behind_the_dashes_of_an_option(panels: ExitStack) -> None:
    panel = panels.enter_context(RoomPanel(FakeServer()))
    assert "<code><span>join</span> <span>--port</span> <span>9999</span> <span>--nick</span> " in markup(panel)


def test_a_panel_at_the_same_address_closes_the_older_one(panels: ExitStack) -> None:
    first, other, second = FakeServer(9999), FakeServer(9998), FakeServer(9999)
    for server in (first, other, second):
        panels.enter_context(RoomPanel(server))
    assert [server.running for server in (first, other, second)] == [False, True, True]


@pytest.mark.parametrize("cell", ["cell-1", ""])  # not every front end tells which cell runs
def test_rooms_on_any_port_are_as_many_as_there_are_until_their_cell_is_run_again(
    cell: str, run_cell: RunCell, panels: ExitStack
) -> None:
    def open_two() -> list[UdpServer]:
        run_cell(cell)
        servers = [UdpServer(port=0), UdpServer(port=0)]
        for server in servers:
            panels.enter_context(RoomPanel(server))
        return servers

    first = open_two()
    run_cell(cell and "cell-2", code="another panel")
    other = UdpServer(port=0)
    panels.enter_context(RoomPanel(other))
    assert [server.running for server in [*first, other]] == [True, True, True]
    second = open_two()
    assert [server.running for server in [*first, other, *second]] == [False, False, True, True, True]


def test_a_panel_of_the_same_server_takes_it_over(panels: ExitStack) -> None:
    server = UdpServer(port=0)
    first = panels.enter_context(RoomPanel(server))
    address = server.address
    panels.enter_context(RoomPanel(server))
    assert server.running
    assert server.address == address
    assert "run this cell again" in text(first)


def test_close_closes_the_room_and_ends_the_thread() -> None:
    server = FakeServer()
    panel = RoomPanel(server)
    panel.close()
    panel.close()
    assert not server.running
    assert button(panel).disabled
    assert "run this cell again" in text(panel)
    assert not [thread for thread in threading.enumerate() if thread.name == "room-panel"]
    button(panel).click()
    assert not server.running


def test_panels_side_by_side_read_as_one_line(page: Page, panels: ExitStack) -> None:
    room = panels.enter_context(RoomPanel(FakeServer()))
    ada, bob = (panels.enter_context(ChatPanel(FakeClient(nickname))) for nickname in ("ada", "bob"))
    assert repr(side_by_side(room, ada, bob)) == "Room panel | Chat panel of ada | Chat panel of bob"
    assert repr(side_by_side([ada, bob], room)) == "Chat panel of ada | Chat panel of bob | Room panel"
    assert repr(side_by_side([ipywidgets.Label("sliders"), ada], room)) == "Label | Chat panel of ada | Room panel"
