"""Talk, sliders and picture on one screen: what is typed, what is turned and what is watched, all in sight at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from .jupyterlab_driver import SECONDS, THEMES, JupyterLab, Locator, Page, expect
from .one_screen import SMALL, WIDE, assert_all_in_sight, bring_up, places, resize

ROOM_AND_WEATHER = """\
from chatlab.panels import ChatPanel, LadderPanel, RoomPanel, WeatherPanel, side_by_side
from chatlab.trace import Trace
from chatlab.udp.client import UdpClient
from chatlab.udp.server import UdpServer
from chatlab.weather.relay import WeatherRelay

room = RoomPanel(UdpServer(port=0))
weather = WeatherPanel(WeatherRelay(room.server, seed=6))
ada = ChatPanel(UdpClient("ada", weather.relay))
bob = ChatPanel(UdpClient("bob", weather.relay))
side_by_side([room, ada, bob], weather)"""

ROOM_AND_PICTURE = """\
trace = Trace()
other_room = RoomPanel(UdpServer(port=0))
eve = ChatPanel(UdpClient("eve", other_room.server, trace=trace))
tom = ChatPanel(UdpClient("tom", other_room.server, trace=trace))
side_by_side([other_room, eve, tom], LadderPanel(trace))"""


def say(panel: Locator, text: str) -> None:
    panel.get_by_role("textbox").fill(text)
    panel.get_by_role("textbox").press("Enter")


def said(panel: Locator) -> Locator:
    return panel.locator(".chatlab-said")


def status(panel: Locator) -> Locator:
    return panel.get_by_role("status")


def scroll_to_the_top(picture: Locator) -> None:
    picture.evaluate("picture => picture.scrollTop = -picture.scrollHeight")


def width(drawn: Locator) -> float:
    box = drawn.bounding_box()
    assert box
    return box["width"]


def take_out_and_put_back(output: Locator) -> None:
    """As JupyterLab does to outputs while one scrolls."""
    output.evaluate("output => { const place = output.parentElement; output.remove(); place.append(output); }")


@pytest.mark.parametrize("theme", THEMES)
def test_all_is_in_sight_and_stays_where_it_is(lab: JupyterLab, page: Page, theme: str, screenshots: Path) -> None:
    resize(page, SMALL)
    notebook = lab.open(page, lab.add_notebook(f"screen-{theme}.ipynb", ROOM_AND_WEATHER, ROOM_AND_PICTURE), theme)
    notebook.run_all()
    screen = bring_up(notebook.output(0))
    ada, bob = screen.locator(".chatlab-chat").all()
    picture = screen.locator(".chatlab-ladder-scroller")
    for number in range(9):
        say(ada, f"thing {number}")
        expect(said(bob).last).to_have_text(f"ada: thing {number}")
    expect(picture).to_contain_text("ada: thing 8")
    assert len(places(screen)) == 2 + 5 + 2 + 7 + 1
    assert_all_in_sight(page, screen)
    before = places(screen)
    narrow = width(picture.locator(".chatlab-drawn svg"))

    # The picture scrolls back, stands still there, and goes on at its end.
    expect(picture.locator(".chatlab-drawn text", has_text="ada: thing 8").last).to_be_in_viewport()
    expect(picture.locator(".chatlab-names")).to_contain_text("adaroombob")
    take_out_and_put_back(screen)
    expect(picture.locator(".chatlab-drawn text", has_text="ada: thing 8").last).to_be_in_viewport()
    expect(screen.get_by_role("button", name="Newest")).to_be_hidden()
    scroll_to_the_top(picture)
    expect(picture.locator(".chatlab-drawn text", has_text="SIGNUP_TAG:ada")).to_be_in_viewport()
    say(bob, "unseen")
    expect(said(ada).last).to_have_text("bob: unseen")
    expect(picture).not_to_contain_text("unseen")
    screen.get_by_role("button", name="Newest").click()
    expect(picture.locator(".chatlab-drawn text", has_text="bob: unseen").last).to_be_in_viewport()
    screen.get_by_role("button", name="Time", exact=True).click()
    expect(picture).to_contain_text(" ms")
    page.screenshot(path=screenshots / f"one-screen-time-{theme}.png")
    screen.get_by_role("button", name="Events", exact=True).click()
    expect(picture).not_to_contain_text(" ms")

    # The room goes: Ada and Bob say so in more words than before, and nothing moves.
    screen.get_by_role("button", name="Stop").click()
    for panel in (ada, bob):
        expect(status(panel)).to_contain_text("or press Join", timeout=30 * SECONDS)
        box = status(panel).bounding_box()
        assert box
        assert box["height"] > 30  # two lines
    assert_all_in_sight(page, screen)
    page.screenshot(path=screenshots / f"one-screen-{theme}.png")
    assert {name: place for name, place in places(screen).items() if name != "picture"} == {
        name: place for name, place in before.items() if name != "picture"
    }

    # What is typed meanwhile is kept, and said when the room is open again: nobody has to do anything.
    say(ada, "said to nobody")
    expect(ada).to_contain_text("Kept until you are in the room: said to nobody")
    screen.get_by_role("button", name="Start").click()
    for panel in (ada, bob):
        expect(status(panel)).to_have_text("In the room", timeout=30 * SECONDS)
    expect(said(ada).last).to_have_text("ada: said to nobody", timeout=30 * SECONDS)
    assert places(screen) == before

    resize(page, WIDE)
    screen = bring_up(notebook.output(0))
    assert_all_in_sight(page, screen)
    expect(picture.locator(".chatlab-drawn svg")).not_to_have_css("width", f"{narrow}px")
    assert width(picture.locator(".chatlab-drawn svg")) > 1.5 * narrow
    page.screenshot(path=screenshots / f"one-screen-wide-{theme}.png")


def test_a_room_of_ones_own_two_members_and_the_picture_and_words_when_the_kernel_has_ended(
    lab: JupyterLab, page: Page, screenshots: Path
) -> None:
    resize(page, SMALL)
    notebook = lab.open(page, lab.add_notebook("own-screen.ipynb", ROOM_AND_WEATHER, ROOM_AND_PICTURE))
    notebook.run_all()
    screen = bring_up(notebook.output(1))
    eve, tom = screen.locator(".chatlab-chat").all()
    say(eve, "hi")
    expect(said(tom).last).to_have_text("eve: hi")
    expect(screen.locator(".chatlab-picture")).to_contain_text("eve: hi")
    assert_all_in_sight(page, screen)
    page.screenshot(path=screenshots / "one-screen-room.png")

    screen.get_by_role("button", name="Stop").click()
    expect(status(eve)).to_contain_text("or press Join", timeout=30 * SECONDS)
    screen.get_by_role("button", name="Start").click()
    eve.get_by_role("button", name="Join").click()
    expect(status(eve)).to_have_text("In the room")
    expect(eve.get_by_role("textbox")).to_be_focused()

    notebook.restart_kernel()
    ended = "The kernel has ended: Run → Run All Cells"
    for panel in (eve, tom):
        expect(status(panel)).to_have_text(ended)
    for panel in (screen.locator(".chatlab-room"), screen.locator(".chatlab-ladder")):
        shown = panel.evaluate("panel => getComputedStyle(panel, '::before').content")
        assert shown == f'"{ended}"'
        expect(panel.get_by_role("button")).to_have_count(0)
        expect(panel.locator(".widget-html, .chatlab-picture").locator("visible=true")).to_have_count(0)
    page.screenshot(path=screenshots / "one-screen-ended.png")
