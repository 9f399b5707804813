"""A TCP room behind a bad network in a real JupyterLab: pieces of one byte, a stall, a cut, on one screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from .jupyterlab_driver import SECONDS, THEMES, JupyterLab, Locator, Page, expect

SCREEN = """\
from chatlab.panels import ChatPanel, RoomPanel, StreamWeatherPanel, side_by_side
from chatlab.tcp.client import TcpClient
from chatlab.tcp.server import TcpServer
from chatlab.tcp.weather.relay import StreamRelay
from chatlab.trace import Trace
trace = Trace()
room = RoomPanel(TcpServer(port=0, trace=trace))
network = StreamWeatherPanel(StreamRelay(room.server, trace=trace))
ada = ChatPanel(TcpClient("ada", network.relay, trace=trace))
bob = ChatPanel(TcpClient("bob", network.relay, trace=trace))
side_by_side([room, ada, bob], network)"""


def said(panel: Locator) -> Locator:
    return panel.locator(".chatlab-said")


def say(panel: Locator, text: str) -> None:
    panel.get_by_role("textbox").fill(text)
    panel.get_by_role("textbox").press("Enter")


@pytest.mark.parametrize("theme", list(THEMES)[:1])  # the colours are those of the ladder
def test_a_stream_in_pieces_is_talked_typed_and_watched_on_one_screen(
    lab: JupyterLab, page: Page, theme: str, screenshots: Path
) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    notebook = lab.open(page, lab.add_notebook(f"stream-{theme}.ipynb", SCREEN), theme)
    notebook.run_all()
    screen = notebook.output(0)
    screen.evaluate("output => output.scrollIntoView({ block: 'start' })")
    ada, bob = screen.locator(".chatlab-chat").all()
    picture = screen.locator(".chatlab-picture")
    say(ada, "All in one")
    expect(said(bob)).to_have_text(["ada: All in one"])

    pieces = screen.locator(".chatlab-sliders [role=slider]").first
    pieces.focus()
    pieces.press("Home")
    expect(screen.locator(".widget-readout").first).to_have_text("1 B")
    say(bob, "Grüße 🙂")
    expect(said(ada).last).to_have_text("bob: Grüße 🙂")
    expect(picture).to_contain_text("bob -> room: 17 bytes")
    expect(picture).to_contain_text("f0")
    window = page.locator(".jp-WindowedPanel-outer:visible").bounding_box()
    assert window
    controls = [*screen.locator(".chatlab-field").all(), *screen.locator(".widget-slider").all(), picture]
    for control in [*controls, screen.get_by_role("button", name="Reset")]:
        place = control.bounding_box()
        assert place
        assert place["y"] >= window["y"]
        assert place["y"] + place["height"] <= window["y"] + window["height"]
    page.screenshot(path=screenshots / f"stream-{theme}.png")

    screen.get_by_role("button", name="Stall").click()
    expect(screen.get_by_role("button", name="Go on")).to_be_visible()
    say(ada, "Nobody hears this yet")
    expect(picture).to_contain_text("not received yet")
    expect(said(bob).last).to_have_text("bob: Grüße 🙂")
    screen.get_by_role("button", name="Go on").click()
    expect(said(bob).last).to_have_text("ada: Nobody hears this yet")

    screen.get_by_role("button", name="Cut").click()
    for panel, name in ((ada, "ada"), (bob, "bob")):  # out, and in again
        expect(panel.get_by_text(f"{name} joined", exact=True)).to_have_count(2, timeout=20 * SECONDS)
    screen.get_by_role("button", name="Clear").click()
    say(bob, "Back")
    expect(said(ada).last).to_have_text("bob: Back")
    expect(picture).to_contain_text("bob -> room")
