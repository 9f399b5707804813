"""The panel of a room's web page in a real JupyterLab: what it shows, and that a phone comes in by it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .jupyterlab_driver import SECONDS, THEMES, JupyterLab, Page, expect
from .test_web_page import PHONE, say

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Whatever the reader chooses, this test lets nobody else in.
SCREEN = """\
from chatlab.panels import ChatPanel, RoomPanel, WebPanel, side_by_side
from chatlab.tcp.client import TcpClient
from chatlab.tcp.server import TcpServer
from chatlab.web import gateway
gateway.listen = lambda host, port, listen=gateway.listen: listen("127.0.0.1", port)
room = RoomPanel(TcpServer(port=0))
web = WebPanel(room.server)
ada = ChatPanel(TcpClient("ada", room.server))
side_by_side([web, ada], [room])"""


@pytest.mark.parametrize("theme", list(THEMES))
def test_a_phone_comes_in_by_the_address_in_the_panel(
    lab: JupyterLab, page: Page, browser: Browser, theme: str, screenshots: Path
) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    notebook = lab.open(page, lab.add_notebook(f"web-{theme}.ipynb", SCREEN), theme)
    notebook.run_all()
    screen = notebook.output(0)
    screen.evaluate("output => output.scrollIntoView({ block: 'start' })")
    panel = screen.locator(".chatlab-web")
    expect(panel).to_contain_text("Only browsers on this computer can come in")
    url = panel.get_by_role("link").inner_text()

    phone = browser.new_page(viewport=PHONE, has_touch=True)
    phone.goto(url)
    say(phone, "phone")
    expect(phone.get_by_role("status")).to_have_text("In the room as phone")
    expect(panel).to_contain_text("1 browser in it")
    say(phone, "Hello from a phone")
    expect(screen.locator(".chatlab-chat .chatlab-said").last).to_have_text("phone: Hello from a phone")

    panel.get_by_role("button", name="Local network").click()
    expect(panel).to_contain_text("Everybody in your network can come in", timeout=30 * SECONDS)
    expect(panel.locator("svg")).to_be_visible()
    expect(phone.get_by_role("status")).to_have_text("In the room as phone")  # again, by itself
    expect(panel).to_contain_text("1 browser in it")
    page.screenshot(path=screenshots / f"web-panel-{theme}.png")
    panel.get_by_role("button", name="Close").click()
    expect(panel).not_to_contain_text("browser in it")
    expect(phone.get_by_role("status")).to_contain_text("next try in")
    phone.close()
