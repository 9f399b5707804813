"""Lesson 13 as its readers meet it: tom stops to read, the buffers fill, he is put out, and nobody else waits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .jupyterlab_driver import SECONDS, THEMES, JupyterLab, Page, expect
from .one_screen import SMALL, bring_up, resize

COURSE = Path(__file__).parents[2]
LESSON = "13_slow_readers.ipynb"


def live_cell() -> str:
    """What the panels' cell wants, in one."""
    cells = json.loads((COURSE / "notebooks" / LESSON).read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    imports = "from chatlab.tcp.limits import Limits\nfrom chatlab.tcp.server import TcpServer\n"
    return imports + next(source for source in sources if "side_by_side([" in source)


@pytest.mark.parametrize("theme", THEMES)
def test_the_buffers_fill_and_nobody_else_waits(lab: JupyterLab, page: Page, theme: str, screenshots: Path) -> None:
    resize(page, SMALL)
    notebook = lab.open(page, lab.add_notebook(f"slow-{theme}.ipynb", live_cell()), theme)
    notebook.run_all()
    screen = bring_up(notebook.output(0))
    ada, bob = screen.locator(".chatlab-chat").all()
    tom = screen.locator(".chatlab-slow-reader")
    outbox, _, receiving = tom.get_by_role("meter").all()
    expect(tom).to_contain_text("tom is in the room, and reads")
    expect(receiving).to_have_attribute("aria-valuenow", "0")

    tom.get_by_role("button", name="does not read").click()
    slider = tom.locator("[role=slider]")
    slider.focus()
    slider.press("End")
    expect(tom.locator(".widget-readout")).to_have_text("20")
    full = tom.locator(".chatlab-bars > .chatlab-full")
    expect(full).to_contain_text(
        ["Send buffer, in the room's system", "Receive buffer, in tom's system"], timeout=30 * SECONDS
    )
    expect(outbox).not_to_have_attribute("aria-valuenow", "0", timeout=30 * SECONDS)
    ada.get_by_role("textbox").fill("Do you hear me, Bob?")
    ada.get_by_role("textbox").press("Enter")
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
