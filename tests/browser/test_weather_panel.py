"""The weather panel and the live ladder in a real JupyterLab."""

from __future__ import annotations

from pathlib import Path

import pytest

from .jupyterlab_driver import SECONDS, THEMES, JupyterLab, Locator, Page, expect

ROOM = """\
from chatlab.panels import ChatPanel, WeatherPanel
from chatlab.udp.client import UdpClient
from chatlab.udp.server import UdpServer
from chatlab.weather.relay import WeatherRelay
server = UdpServer(port=0).start()
relay = WeatherRelay(server, seed=3)
weather = WeatherPanel(relay)
weather"""

ADA = """\
ada = ChatPanel(UdpClient("ada", relay))
ada"""

FLOOD = """\
import threading, time
from chatlab.udp.protocol import build_sign_up
import socket
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.connect(relay.address)
def flood():
    for number in range(5000):
        sock.send(b"flood %d" % number)
        time.sleep(0.002)
flooding = threading.Thread(target=flood, daemon=True)
flooding.start()"""

STILL = "flooding.is_alive()"


THREADS = """\
import threading
sorted(thread.name for thread in threading.enumerate() if thread.name.startswith(("weather", "ladder")))"""


def say(panel: Locator, text: str) -> None:
    field = panel.get_by_role("textbox")
    field.fill(text)
    field.press("Enter")


def ladder(page: Page) -> Locator:
    return page.locator(".chatlab-drawn svg")


@pytest.mark.parametrize("theme", THEMES)
def test_the_ladder_draws_itself_in_the_weather_that_was_chosen(
    lab: JupyterLab, page: Page, theme: str, screenshots: Path
) -> None:
    notebook = lab.open(page, lab.add_notebook(f"weather-{theme}.ipynb", ROOM, ADA, "relay.trace"), theme)
    notebook.run_all()
    chat = notebook.output(1).locator(".chatlab-chat")
    say(chat, "in fair weather")
    expect(chat.locator(".chatlab-said")).to_have_text(["ada: in fair weather"])
    expect(ladder(page)).to_contain_text("ada: in fair weather")

    # By the keyboard alone.
    page.get_by_role("button", name="Storm").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".widget-slider", has_text="Loss").locator(".widget-readout")).to_have_text("30%")
    for number in range(12):
        say(chat, f"in a storm {number}")
    expect(ladder(page).locator("text", has_text="lost").first).to_be_visible()
    expect(ladder(page).locator("text", has_text="late").first).to_be_visible()
    expect(page.locator(".chatlab-weather table")).to_contain_text("to the server")
    # The stored picture has a card of its own; beside it is its text twin, for who can't see it.
    notebook.run_cell(2)
    expect(notebook.output(2).locator('[data-mime-type="image/svg+xml"] img')).to_be_visible()
    notebook.output(2).screenshot(path=screenshots / f"ladder-{theme}.png")


def test_the_picture_is_held_still_and_goes_on(lab: JupyterLab, page: Page) -> None:
    notebook = lab.open(page, lab.add_notebook("pause.ipynb", ROOM, ADA))
    notebook.run_all()
    chat = notebook.output(1).locator(".chatlab-chat")
    page.get_by_role("button", name="Pause").click()
    say(chat, "unseen")
    expect(chat.locator(".chatlab-said")).to_have_text(["ada: unseen"])
    expect(ladder(page)).not_to_contain_text("unseen")
    page.get_by_role("button", name="Go on").click()
    expect(ladder(page)).to_contain_text("ada: unseen")


def test_under_500_datagrams_a_second_cells_run_and_panels_answer(lab: JupyterLab, page: Page) -> None:
    notebook = lab.open(page, lab.add_notebook("flood.ipynb", ROOM, ADA, FLOOD, STILL))
    notebook.run_all()
    chat = notebook.output(1).locator(".chatlab-chat")
    say(chat, "through the flood")
    expect(chat.locator(".chatlab-said")).to_have_text(["ada: through the flood"], timeout=5 * SECONDS)
    notebook.run_cell(3)
    expect(notebook.output(3)).to_contain_text("True", timeout=5 * SECONDS)
    expect(ladder(page)).to_contain_text("flood")


def test_running_the_cell_again_replaces_the_panel(lab: JupyterLab, page: Page) -> None:
    notebook = lab.open(page, lab.add_notebook("again.ipynb", ROOM, THREADS))
    notebook.run_all()
    notebook.run_cell(0)
    notebook.run_cell(1)
    expect(notebook.output(1)).to_contain_text("['ladder-panel', 'weather-panel', 'weather-relay']")
    expect(notebook.output(0).locator(".chatlab-weather")).to_have_count(1)
