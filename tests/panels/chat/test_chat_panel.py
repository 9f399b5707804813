"""A chat panel without a browser: what it does with its client, and what it sends to its page."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack

import pytest

from chatlab.panels import ChatPanel
from chatlab.panels.chat.scrollback import MAX_ROWS
from chatlab.panels.live_panel import PAUSE
from chatlab.room.errors import Refusal
from chatlab.room.events import Joined, Left, Refused, Said
from tests.panels.conftest import FakeClient, Page, from_page


def test_events_reach_the_page_in_order_and_once(page: Page, panels: ExitStack) -> None:
    client = FakeClient("ada")
    panels.enter_context(ChatPanel(client))
    for event in (Joined("bob"), Said("bob", "hi"), Said("ada", "hello"), Left("bob")):
        client.happen(event)
        before = len(page.rows)
        page.read_until(lambda: len(page.rows) > before)  # noqa: B023
    page.read_until(lambda: "bob left" in page.rows)
    assert page.rows == ["ada joined", "bob joined", "bob hi", "ada hello", "bob left"]


def test_a_burst_costs_the_page_a_few_messages_of_bounded_size(page: Page, panels: ExitStack) -> None:
    client = FakeClient()
    panels.enter_context(ChatPanel(client))
    started = time.monotonic()
    for number in range(5000):
        client.happen(Said("bob", str(number)))
        if number % 10 == 0:
            threading.Event().wait(0.001)  # time for whoever would send each row at once
    page.read_until(lambda: "bob 4999" in page.rows)
    assert page.sent <= (time.monotonic() - started) / PAUSE + 4
    assert len(page.last["rows"]) <= MAX_ROWS


def test_a_view_that_is_ready_gets_the_whole_scrollback(page: Page, panels: ExitStack) -> None:
    client = FakeClient("ada")
    panel = panels.enter_context(ChatPanel(client))
    client.happen(Said("ada", "first"))
    page.read_until(lambda: "ada first" in page.rows)
    from_page(panel, kind="ready")
    page.read_until(lambda: page.last["whole"])
    assert (page.last["first"], page.rows, page.last["status"]) == (1, ["ada joined", "ada first"], "In the room")


def test_what_the_page_sends_is_said(page: Page, panels: ExitStack) -> None:
    client = FakeClient()
    panel = panels.enter_context(ChatPanel(client))
    for text in ("hi", "there"):
        from_page(panel, kind="say", text=text)
    client.wait_until("say there")
    assert client.diary == ["start ada", "say hi", "say there"]


def test_the_page_hears_from_the_kernel_after_each_text_though_nothing_happened(page: Page, panels: ExitStack) -> None:
    panel = panels.enter_context(ChatPanel(FakeClient()))
    page.read_until_status("In the room")
    from_page(panel, kind="say", text="hi")
    page.read_until(lambda: not page.last["rows"])


def test_a_text_that_is_refused_becomes_a_warning(page: Page, panels: ExitStack) -> None:
    client = FakeClient()
    panel = panels.enter_context(ChatPanel(client))
    client.refusals = [Refusal("a datagram carries at most 65,507 bytes")]
    from_page(panel, kind="say", text="too long")
    page.read_until(lambda: len(page.rows) == 2)
    client.happen(Refused("slow down"))
    page.read_until(lambda: len(page.rows) == 3)
    assert "at most 65,507 bytes" in page.rows[1]
    assert "slow down" in page.rows[2]


ANY_ERROR = [
    (Refusal("too long"), "too long"),
    (OSError(24, "Too many open files"), "[Errno 24] Too many open files"),
    (RuntimeError("can't start new thread"), "RuntimeError: can't start new thread"),
    (KeyError("bob"), "KeyError: 'bob'"),
]


@pytest.mark.parametrize(("problem", "said"), ANY_ERROR)
def test_any_error_of_say_becomes_a_row_that_tells_where_the_text_is(
    problem: Exception, said: str, page: Page, panels: ExitStack
) -> None:
    client = FakeClient()
    panel = panels.enter_context(ChatPanel(client))
    client.refusals = [problem]
    from_page(panel, kind="say", text="hi")
    page.read_until(lambda: len(page.rows) == 2)
    assert page.rows[1] == f"Refused: {said} (arrow up brings your text back)"
    from_page(panel, kind="say", text="there")
    client.wait_until("say there")
    assert client.diary == ["start ada", "say hi", "say there"]


def test_a_panel_of_the_same_name_closes_the_older_one_before_it_starts(page: Page, panels: ExitStack) -> None:
    diary: list[str] = []
    for nickname in ("ada", "bob", "ada"):
        panels.enter_context(ChatPanel(FakeClient(nickname, diary=diary)))
    assert diary == ["start ada", "start bob", "close ada", "start ada"]


def test_a_panel_of_the_same_client_closes_the_older_one(page: Page, panels: ExitStack) -> None:
    client = FakeClient("ada")
    panels.enter_context(ChatPanel(client))
    client.nickname = "Ada"  # a client may learn its normalised nickname by starting
    panels.enter_context(ChatPanel(client))
    assert client.diary == ["start ada", "close Ada", "start Ada"]


def test_close_leaves_the_room_ends_the_thread_and_tells_the_page(page: Page) -> None:
    client = FakeClient("closing")
    panel = ChatPanel(client)
    client.happen(Said("bob", "last words"))
    panel.close()
    panel.close()
    page.read_until(lambda: page.last.get("closed"))
    assert page.rows[-1] == "bob last words"
    assert page.last["status"].startswith("Closed")
    assert not page.last["present"]
    assert client.diary == ["start closing", "close closing"]
    assert not [thread for thread in threading.enumerate() if thread.name.endswith("-closing")]
    from_page(panel, kind="say", text="anybody?")
    assert client.diary[-1] == "close closing"


def test_a_cell_that_is_interrupted_while_it_signs_up_leaves_nothing_running(page: Page) -> None:
    client = FakeClient("hurried", KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        ChatPanel(client)
    assert client.diary == ["start hurried", "close hurried"]
    assert not [thread for thread in threading.enumerate() if thread.name.endswith("-hurried")]
