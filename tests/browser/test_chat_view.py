"""One view of a chat panel, alone on a page. A stand-in for its model lets us choose the order of what comes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from chatlab.panels.style import ASSETS

from .jupyterlab_driver import Browser, Page, expect

SCRIPT = (ASSETS / "chat.js").read_text(encoding="utf-8")
MODEL = """
async (script) => {
    const view = (await import(URL.createObjectURL(new Blob([script], { type: "text/javascript" })))).default;
    const handlers = {};
    window.sent = [];
    window.receive = (message) => handlers["msg:custom"](message);
    view.render({
        el: document.body,
        model: {
            on: (name, handler) => { handlers[name] = handler; },
            send: (message) => window.sent.push(message),
        },
    });
}
"""


@pytest.fixture
def view(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    page.evaluate(MODEL, SCRIPT)
    yield page
    page.close()


def receive(view: Page, first: int, texts: list[str], **rest: Any) -> None:
    rows = [{"kind": "said", "nickname": "bob", "colour": 1, "text": text} for text in texts]
    message = {"nickname": "ada", "colour": 0, "present": True, "closed": False, "status": "In the room"}
    view.evaluate(f"receive({json.dumps(message | {'whole': False, 'first': first, 'rows': rows} | rest)})")


def test_a_late_view_waits_for_the_whole_scrollback(view: Page) -> None:
    receive(view, 3, ["three"])
    expect(view.locator(".chatlab-row")).to_have_count(0)
    receive(view, 1, ["one", "two", "three"], whole=True)
    receive(view, 4, ["four"])
    expect(view.locator(".chatlab-words")).to_have_text(["one", "two", "three", "four"])


def test_rows_that_another_view_asked_for_are_not_shown_again(view: Page) -> None:
    receive(view, 1, ["one", "two"], whole=True)
    receive(view, 1, ["one", "two", "three"], whole=True)
    receive(view, 3, ["three", "four"])
    receive(view, 5, [])
    expect(view.locator(".chatlab-words")).to_have_text(["one", "two", "three", "four"])


def test_rows_that_went_by_unsent_leave_no_gap_in_the_counting(view: Page) -> None:
    receive(view, 1, ["one"], whole=True)
    receive(view, 5000, ["many later"])
    receive(view, 5000, ["many later", "the next"])
    expect(view.locator(".chatlab-words")).to_have_text(["one", "many later", "the next"])


def test_blank_text_is_not_sent_and_a_closed_panel_takes_none(view: Page) -> None:
    field = view.get_by_role("textbox")
    field.fill("   ")
    field.press("Enter")
    field.fill("hi")
    field.press("Enter")
    assert view.evaluate("sent") == [{"kind": "ready"}, {"kind": "say", "text": "hi"}]
    receive(view, 1, [], closed=True)
    expect(field).to_be_disabled()
    expect(view.get_by_role("button", name="Send")).to_be_disabled()


def test_the_arrows_walk_through_what_was_sent_and_back_to_the_draft(view: Page) -> None:
    field = view.get_by_role("textbox")
    for text in ("one", "two"):
        field.fill(text)
        field.press("Enter")
    field.fill("a draft")
    walk = []
    for key in ("ArrowUp", "ArrowUp", "ArrowUp", "ArrowDown", "ArrowDown", "ArrowDown"):
        field.press(key)
        walk.append(field.input_value())
    assert walk == ["two", "one", "one", "two", "a draft", "a draft"]


def test_join_is_there_as_long_as_one_is_out_of_the_room(view: Page) -> None:
    join = view.get_by_role("button", name="Join")
    receive(view, 1, [])
    expect(join).to_be_hidden()
    receive(view, 1, [], present=False, status="Nobody answers. Next try in 4 s, or press Join.")
    join.click()
    assert view.evaluate("sent.at(-1)") == {"kind": "join"}
    expect(view.get_by_role("textbox")).to_be_focused()
    receive(view, 1, [], present=False, closed=True)
    expect(join).to_be_hidden()
