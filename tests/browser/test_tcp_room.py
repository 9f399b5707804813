"""A room over TCP in a real JupyterLab: the panels take it as they take the one over UDP."""

from __future__ import annotations

from pathlib import Path

import pytest

from .jupyterlab_driver import SECONDS, THEMES, JupyterLab, Locator, Page, expect

ROOM = """\
from chatlab.panels import ChatPanel, RoomPanel, side_by_side
from chatlab.tcp.client import TcpClient
from chatlab.tcp.server import TcpServer
server = TcpServer(port=0)
room = RoomPanel(server)
room"""

PEOPLE = """\
ada, bob = ChatPanel(TcpClient("ada", server)), ChatPanel(TcpClient("bob", server))
side_by_side(ada, bob)"""


def said(panel: Locator) -> Locator:
    return panel.locator(".chatlab-said")


def say(panel: Locator, text: str) -> None:
    panel.get_by_role("textbox").fill(text)
    panel.get_by_role("textbox").press("Enter")


@pytest.mark.parametrize("theme", THEMES)
def test_what_one_panel_says_the_other_reads_also_after_the_room_was_closed(
    lab: JupyterLab, page: Page, theme: str, screenshots: Path
) -> None:
    notebook = lab.open(page, lab.add_notebook(f"tcp-{theme}.ipynb", ROOM, PEOPLE), theme)
    notebook.run_all()
    ada, bob = notebook.output(1).locator(".chatlab-chat").all()
    room = notebook.output(0)
    say(ada, "Can you read this?")
    expect(said(bob)).to_have_text(["ada: Can you read this?"])
    say(bob, "Every word, over TCP 🎉")
    for panel in (ada, bob):  # the room does not send one's own words back: the client tells of them
        expect(said(panel)).to_have_text(["ada: Can you read this?", "bob: Every word, over TCP 🎉"])
    expect(room).to_contain_text("2 here")
    expect(room).to_contain_text("python -m chatlab.tcp.client --host 127.0.0.1 --port ")
    page.screenshot(path=screenshots / f"tcp-room-{theme}.png")

    room.get_by_role("button", name="Stop").click()
    for panel in (ada, bob):
        expect(panel.get_by_role("status")).to_contain_text("Nobody answers")
        expect(panel.get_by_role("button", name="Join")).to_be_visible()
    page.screenshot(path=screenshots / f"tcp-room-closed-{theme}.png")
    say(bob, "said to nobody")
    room.get_by_role("button", name="Start").click()
    for panel in (ada, bob):
        expect(panel.get_by_role("status")).to_have_text("In the room", timeout=10 * SECONDS)
    expect(said(bob).last).to_have_text("bob: said to nobody")
