"""The panel about a slow reader, without a browser: its bars, its choice, and the way out and in again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from chatlab.panels import SlowReaderPanel
from chatlab.panels.slow_reader.bars import Bar, draw, fill_of
from chatlab.panels.slow_reader.capacity import measure
from chatlab.panels.slow_reader.slow_reader import Pace
from chatlab.tcp.client import TcpClient
from chatlab.tcp.limits import Limits
from chatlab.tcp.server import TcpServer
from chatlab.trace import Trace

from .conftest import LIMIT, RunCell

SMALL = 4096


@pytest.fixture
def trace() -> Trace:
    return Trace()


@pytest.fixture
def server(trace: Trace) -> Iterator[TcpServer]:
    limits = Limits(rate_limit=0, max_outbox=8192)
    with TcpServer(port=0, limits=limits, trace=trace, send_buffer=SMALL) as server:
        yield server


@pytest.fixture
def panel(server: TcpServer, trace: Trace, panels: ExitStack) -> SlowReaderPanel:
    panel = panels.enter_context(SlowReaderPanel(server, trace))
    wait_until(panel, lambda: "tom" in server.nicknames)
    return panel


def wait_until(panel: SlowReaderPanel, holds: Callable[[], object]) -> None:
    """Look whenever the panel shows something."""
    shown = threading.Event()
    for widget in (panel._state, panel._bars, panel._details):
        widget.observe(lambda _change: shown.set(), "value")
    for _ in range(int(LIMIT / 0.1)):
        if holds():
            return
        shown.wait(0.1)
        shown.clear()
    pytest.fail(f"{panel._state.value} {panel.fill} {panel._details.value}")


def test_bytes_are_where_they_are() -> None:
    fill = fill_of("tom", (0, 8192), unread=3000, arrived=2000, capacity=(4000, 2500))
    assert [(bar.size, bar.most) for bar in fill] == [(0, 8192), (1000, 4000), (2000, 2500)]
    assert str(fill).splitlines() == [
        "Outbox, in the room's memory, to its limit: 0 of 8,192 bytes",
        "Send buffer, in the room's system: 1,000 of 4,000 bytes",
        "Receive buffer, in tom's system: 2,000 of 2,500 bytes",
    ]


def test_a_buffer_may_hold_more_than_was_measured_and_no_more_than_there_is() -> None:
    fill = fill_of("tom", (0, 8192), unread=9000, arrived=3000, capacity=(4000, 2500))
    assert [(bar.size, bar.most) for bar in fill] == [(0, 8192), (6000, 6000), (3000, 3000)]
    assert [bar.size for bar in fill_of("tom", (0, 1), unread=10, arrived=50, capacity=(1, 1))] == [0, 0, 10]
    assert Bar("nothing fits", 0, 0).share == 0


def test_when_lines_wait_in_the_outbox_the_send_buffer_is_full() -> None:
    fill = fill_of("tom", (100, 8192), unread=5000, arrived=2000, capacity=(4000, 2500))
    assert [(bar.size, bar.most, bar.is_full) for bar in fill] == [
        (100, 8192, False),
        (3000, 3000, True),
        (2000, 2500, False),
    ]


def test_bars_are_meters_in_words_and_names_are_escaped() -> None:
    html = draw(fill_of("<b>", (8192, 8192), unread=0, arrived=0, capacity=(1000, 1000)))
    assert html.count('role="meter"') == 3
    assert 'aria-valuenow="8192" aria-valuetext="8,192 of 8,192 bytes"' in html
    assert "8,192 of 8,192 bytes, full" in html
    assert "0 of 1,000 bytes<" in html
    assert "&lt;b&gt;" in html
    assert "<b>" not in html


def test_small_buffers_are_small() -> None:
    sending, receiving = measure(SMALL, SMALL)
    assert 0 < receiving < 100_000
    assert sending < 200_000


def test_who_does_not_read_fills_one_after_the_other_and_is_put_out(
    panel: SlowReaderPanel, server: TcpServer, panels: ExitStack
) -> None:
    wait_until(panel, lambda: "tom</b> is in the room, and reads" in panel._state.value)
    ada = panels.enter_context(TcpClient("ada", server))
    panel._pace.value = Pace.NOT
    wait_until(panel, lambda: "does not read" in panel._state.value)
    while "tom" in server.nicknames:
        ada.say("x" * 500)
        if not server.outboxes.get("tom"):
            continue
        panel._show()
        assert panel.fill.sending.size + panel.fill.receiving.size > 1000
    wait_until(panel, lambda: "was put out, and has not read so far" in panel._state.value)
    assert "ada 0 bytes" in panel._details.value
    read = panel._reader.received
    panel._pace.value = Pace.SLOWLY
    wait_until(panel, lambda: panel._reader.received > read)
    panel._pace.value = Pace.READS
    wait_until(panel, lambda: "tom</b> is out: " in panel._state.value)
    assert panel.fill.sending.size == panel.fill.receiving.size == 0
    panel._join.click()
    wait_until(panel, lambda: "tom</b> is in the room, and reads" in panel._state.value)
    assert panel._join.disabled


def test_the_crowd_says_as_many_lines_as_it_is_told_to(panel: SlowReaderPanel) -> None:
    panel._lines.value = 20
    wait_until(panel, lambda: "the last line is <q>crowd: This is one of many lines" in panel._details.value)
    panel._server.close()
    wait_until(panel, lambda: "The crowd: nobody answers" in panel._details.value)
    assert "tom</b> is out: " in panel._state.value


def test_a_room_that_is_not_open_is_started_and_closed(trace: Trace, panels: ExitStack) -> None:
    server = TcpServer(port=0, trace=trace)
    panel = panels.enter_context(SlowReaderPanel(server, trace))
    wait_until(panel, lambda: "tom</b> is in the room" in panel._state.value)
    panel.close()
    assert not server.running


def test_a_room_that_can_not_be_started(server: TcpServer, trace: Trace, panels: ExitStack) -> None:
    panel = panels.enter_context(SlowReaderPanel(TcpServer(port=server.address[1]), trace))
    wait_until(panel, lambda: "tom</b> is out: not in the room" in panel._state.value)
    assert server.nicknames == ()
    panel.close()
    assert server.running


def test_a_name_that_is_taken_can_be_had_later(server: TcpServer, trace: Trace, panels: ExitStack) -> None:
    with TcpClient("tom", server):
        panel = panels.enter_context(SlowReaderPanel(server, trace))
        wait_until(panel, lambda: "tom</b> is out: taken: that nickname" in panel._state.value)
    panel._join.click()
    wait_until(panel, lambda: "tom</b> is in the room" in panel._state.value)


def test_a_room_without_outboxes_says_so() -> None:
    html = draw(fill_of("tom", (0, 0), unread=0, arrived=0, capacity=(1000, 1000)))
    assert "No outbox: when both buffers are full, this room waits." in html
    assert html.count('role="meter"') == 2


def test_it_ends_and_says_what_it_is(panel: SlowReaderPanel, server: TcpServer) -> None:
    assert repr(panel) == "Slow reader panel of tom"
    panel.close()
    panel.close()
    assert "tom</b> closed: to come back, run this cell again" in panel._state.value
    assert not [thread for thread in threading.enumerate() if thread.name == "slow-reader-panel"]


def test_the_same_cell_again_closes_the_older_one(
    server: TcpServer, trace: Trace, panels: ExitStack, run_cell: RunCell
) -> None:
    for _ in range(2):
        run_cell("cell")
        panels.enter_context(SlowReaderPanel(server, trace))
    assert [thread.name for thread in threading.enumerate()].count("slow-reader-panel") == 1
