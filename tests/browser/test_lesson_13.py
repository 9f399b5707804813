"""Lesson 13 as its readers meet it: tom stops to read, the buffers fill, and who waits for him depends on the room."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .jupyterlab_driver import SECONDS, THEMES, JupyterLab, Locator, Page, expect
from .one_screen import SMALL, bring_up, resize

COURSE = Path(__file__).parents[2]
LESSON = "13_slow_readers.ipynb"
IMPORTS = (
    "from chatlab.panels import ChatPanel, RoomPanel, SlowReaderPanel, side_by_side",
    "from chatlab.tcp.client import TcpClient",
    "from chatlab.tcp.limits import Limits",
    "from chatlab.tcp.server import TcpServer",
    "from chatlab.trace import Trace",
)


def code_up_to(text: str) -> list[str]:
    """The cells of code up to the one that has `text`."""
    cells = json.loads((COURSE / "notebooks" / LESSON).read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    return sources[: 1 + next(number for number, source in enumerate(sources) if text in source)]


def open_live(lab: JupyterLab, page: Page, theme: str, *cells: str) -> Locator:
    """The output of the last of `cells`, at the top of a small window."""
    resize(page, SMALL)
    notebook = lab.open(page, lab.add_notebook(f"slow-{theme}-{len(cells)}.ipynb", *cells), theme)
    notebook.run_all()
    notebook.scroll_to(len(cells) - 1)
    return bring_up(page.locator(".jp-Cell-outputArea", has=page.locator(".chatlab-screen")).last)


def stop_to_read(tom: Locator) -> Locator:
    """Let the crowd talk, and tom read nothing. Returns the slider of the crowd."""
    expect(tom).to_contain_text("tom is in the room, and reads")
    expect(tom.get_by_role("meter").last).to_have_attribute("aria-valuenow", "0")
    tom.get_by_role("button", name="does not read").click()
    slider = tom.locator("[role=slider]")
    slider.focus()
    slider.press("End")
    expect(tom.locator(".widget-readout")).to_have_text("20")
    return slider


def say(panel: Locator, text: str) -> None:
    panel.get_by_role("textbox").fill(text)
    panel.get_by_role("textbox").press("Enter")


def test_a_naive_room_stands_still_for_all(lab: JupyterLab, page: Page, screenshots: Path) -> None:
    screen = open_live(lab, page, "light", *code_up_to("side_by_side([carol_panel"))
    carol, dave = screen.locator(".chatlab-chat").all()
    tom = screen.locator(".chatlab-slow-reader")
    stop_to_read(tom)
    expect(tom).to_contain_text("No outbox")
    heard = dave.locator(".chatlab-said")
    expect(heard).not_to_have_count(0)
    stands_still = "() => { const now = [...document.querySelectorAll('[role=meter]')].map(m => m.ariaValueNow).join();"
    stands_still += " const before = window.before; window.before = now; return now === before && !/^0|,0/.test(now); }"
    page.wait_for_function(stands_still, timeout=60 * SECONDS, polling=2 * SECONDS)
    count = heard.count()
    say(carol, "Do you hear me, Dave?")
    expect(carol.get_by_text("carol: Do you hear me, Dave?")).to_have_count(1)
    page.screenshot(path=screenshots / "lesson-13-naive.png")
    assert heard.count() == count
    tom.get_by_role("button", name="reads", exact=True).click()
    expect(dave.get_by_text("carol: Do you hear me, Dave?")).to_have_count(1)


@pytest.mark.parametrize("theme", THEMES)
def test_the_buffers_fill_and_nobody_else_waits(lab: JupyterLab, page: Page, theme: str, screenshots: Path) -> None:
    imports, live = "\n".join(IMPORTS), code_up_to("side_by_side([open_room")[-1]
    screen = open_live(lab, page, theme, f"{imports}\n{live}")
    ada, bob = screen.locator(".chatlab-chat").all()
    tom = screen.locator(".chatlab-slow-reader")
    outbox, _, receiving = tom.get_by_role("meter").all()
    slider = stop_to_read(tom)
    full = tom.locator(".chatlab-bars > .chatlab-full")
    expect(full).to_contain_text(
        ["Send buffer, in the room's system", "Receive buffer, in tom's system"], timeout=30 * SECONDS
    )
    expect(outbox).not_to_have_attribute("aria-valuenow", "0", timeout=30 * SECONDS)
    say(ada, "Do you hear me, Bob?")
    expect(bob.get_by_text("ada: Do you hear me, Bob?")).to_have_count(1)
    window = page.locator(".jp-WindowedPanel-outer:visible").bounding_box()
    assert window
    for part in (*screen.locator(".chatlab-field").all(), slider, tom):  # the bars are drawn anew all the time
        place = part.bounding_box()
        assert place
        assert place["y"] >= window["y"]
        assert place["y"] + place["height"] <= window["y"] + window["height"]
        assert place["x"] + place["width"] <= window["x"] + window["width"]
    page.screenshot(path=screenshots / f"lesson-13-{theme}.png")

    expect(tom).to_contain_text("tom was put out, and has not read so far", timeout=30 * SECONDS)
    expect(bob.get_by_text("tom left")).to_have_count(1)
    slider.press("Home")
    page.screenshot(path=screenshots / f"lesson-13-out-{theme}.png")
    tom.get_by_role("button", name="reads", exact=True).click()
    expect(tom).to_contain_text("tom is out: ")
    expect(receiving).to_have_attribute("aria-valuenow", "0")
    tom.get_by_role("button", name="Join").click()
    expect(tom).to_contain_text("tom is in the room, and reads")
