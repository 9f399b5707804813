"""A live ladder without a browser."""

from __future__ import annotations

import sys
import threading
import time
from contextlib import ExitStack
from types import SimpleNamespace

import pytest

from chatlab.panels import LadderPanel, ladder_panel, trace_panel
from chatlab.panels.ladder_panel import EMPTY, RECORDS, SHOWN
from chatlab.panels.trace_panel import INTERVAL, REST
from chatlab.room.addresses import Address
from chatlab.trace import Trace
from chatlab.trace.records import Record, Snapshot, Step, Transport

from .conftest import LIMIT, RunCell

ADA: Address = ("127.0.0.1", 8000)
ROOM: Address = ("127.0.0.1", 9999)


def traced() -> Trace:
    trace = Trace()
    trace.name(ADA, "ada")
    trace.name(ROOM, "room")
    return trace


def say(trace: Trace, text: str) -> None:
    trace.add(Record(trace.clock(), Step.SENT, Transport.UDP, ADA, ROOM, text.encode()))


def wait_until_shown(panel: LadderPanel, text: str) -> None:
    shown = threading.Event()
    panel._picture.observe(lambda change: shown.set() if text in change["new"] else None, "value")
    assert text in panel._picture.value or shown.wait(LIMIT)


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "ladder-panel"]


def test_it_draws_what_crosses_the_wire(panels: ExitStack) -> None:
    trace = traced()
    panel = panels.enter_context(LadderPanel(trace))
    assert panel._picture.value == EMPTY
    say(trace, "<hi>")
    wait_until_shown(panel, "&lt;hi&gt;")
    assert "<hi>" not in panel._picture.value
    assert "var(--jp-" in panel._picture.value


def test_a_flood_costs_a_few_bounded_pictures(panels: ExitStack) -> None:
    trace = traced()
    panel = panels.enter_context(LadderPanel(trace))
    drawn: list[str] = []
    panel._picture.observe(lambda change: drawn.append(change["new"]), "value")
    started = time.monotonic()
    for number in range(2000):
        say(trace, f"flood {number}")
    wait_until_shown(panel, "flood 1999")
    assert len(drawn) <= (time.monotonic() - started) / INTERVAL + 2
    assert max(picture.count("flood") for picture in drawn) <= 2 * SHOWN  # once more in the text twin


def test_several_hundred_messages_can_be_scrolled_back_to(panels: ExitStack) -> None:
    trace = traced()
    panel = panels.enter_context(LadderPanel(trace))
    for number in range(SHOWN):
        say(trace, f"thing {number:03}")
    wait_until_shown(panel, f"thing {SHOWN - 1}")
    assert SHOWN == 300
    assert "thing 000" in panel._picture.value


def test_whoever_draws_for_long_rests_for_long(panels: ExitStack, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]

    def draw_for_a_second(*_: object, **__: object) -> str:
        now[0] += 1
        return "drawn"

    trace = traced()
    panel = panels.enter_context(LadderPanel(trace))
    panel.close()  # its thread does not draw meanwhile
    monkeypatch.setattr(ladder_panel, "draw", draw_for_a_second)
    monkeypatch.setattr(trace_panel, "time", SimpleNamespace(monotonic=lambda: now[0]))
    say(trace, "hi")
    panel._show()
    assert (panel._picture.value, panel._rest) == ("drawn", REST)


def test_by_time_a_longer_pause_is_a_longer_way(panels: ExitStack) -> None:
    trace = traced()
    trace.carry(ADA, ROOM, b"hi", (0.5,), at=1.0)
    panel = panels.enter_context(LadderPanel(trace))
    wait_until_shown(panel, "hi")
    assert "500 ms" not in panel._picture.value.replace("+500 ms", "")
    panel._axis.value = "time"
    assert "500 ms" in panel._picture.value.replace("+500 ms", "")
    panel._pause.value = True
    panel._axis.value = "events"  # also while it is held still
    assert "500 ms" not in panel._picture.value.replace("+500 ms", "")


def width_of(panel: LadderPanel) -> float:
    return float(panel._picture.value.partition(' width="')[2].partition('"')[0])


def test_it_is_as_wide_as_the_page_has_room_for(panels: ExitStack) -> None:
    trace = traced()
    say(trace, "hi")
    panel = panels.enter_context(LadderPanel(trace))
    wait_until_shown(panel, "hi")
    widths = []
    for width in (500, 1000):
        panel._picture._handle_custom_msg({"width": width}, [])
        widths.append(width_of(panel))
    narrow, wide = widths
    assert narrow <= 500
    assert 900 < wide <= 1000


def test_a_pause_holds_the_picture_and_loses_nothing(panels: ExitStack) -> None:
    trace = traced()
    panel = panels.enter_context(LadderPanel(trace))
    panel._pause.value = True
    say(trace, "meanwhile")
    panel._show()
    assert (panel._picture.value, panel._pause.description) == (EMPTY, "Go on")
    panel._pause.value = False
    assert "meanwhile" in panel._picture.value
    assert panel._pause.description == "Pause"


def test_a_cell_that_is_run_again_closes_the_ladders_that_it_showed_before(
    run_cell: RunCell, panels: ExitStack
) -> None:
    run_cell("cell")
    first = [panels.enter_context(LadderPanel(traced())) for _ in range(2)]
    run_cell("another cell")
    other = panels.enter_context(LadderPanel(traced()))
    assert not any(panel._pause.disabled for panel in [*first, other])
    run_cell("cell")
    panels.enter_context(LadderPanel(traced()))
    assert [panel._pause.disabled for panel in [*first, other]] == [True, True, False]
    assert threads() == ["ladder-panel"] * 2


def test_a_panel_of_the_same_trace_closes_the_older_one(panels: ExitStack) -> None:
    trace = traced()
    first = panels.enter_context(LadderPanel(trace, "UDP"))
    panels.enter_context(LadderPanel(trace))
    assert first._pause.disabled
    assert repr(first) == "Message ladder: UDP"


def test_a_picture_is_drawn_from_a_bounded_number_of_records(panels: ExitStack) -> None:
    asked: list[int] = []

    class Asked(Trace):
        def snapshot(self, newest: int = sys.maxsize) -> Snapshot:
            asked.append(newest)
            return super().snapshot(newest)

    trace = Asked()
    panels.enter_context(LadderPanel(trace))
    for number in range(RECORDS + 50):
        say(trace, f"flood {number}")
    trace.snapshot()  # all, so that what follows is what the panel asked for
    assert set(asked) == {RECORDS, sys.maxsize}
    assert len(trace.snapshot(RECORDS).records) == RECORDS


def test_close_draws_the_last_words_and_ends_the_thread() -> None:
    trace = traced()
    panel = LadderPanel(trace)
    say(trace, "last words")
    panel.close()
    panel.close()
    assert "last words" in panel._picture.value
    assert not threads()
