"""Lesson 14 as its readers meet it: the same tunnel for both rooms; their own server under two panels and a phone."""

from __future__ import annotations

import json
import shutil
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .jupyterlab_driver import SECONDS, JupyterLab, Locator, Page, expect
from .one_screen import SMALL, bring_up, resize
from .test_web_page import PHONE
from .test_web_page import say as say_on_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser

COURSE = Path(__file__).parents[2]
LESSON = "14_the_tcp_chatroom.ipynb"
ANSWER = "ex11_a_threaded_tcp_server.py"


@pytest.fixture
def course(lab: JupyterLab) -> Path:
    """A course of its own for this test, inside of what JupyterLab serves."""
    course = lab.folder / "course-14"
    shutil.rmtree(course, ignore_errors=True)
    for folder in ("exercises", "notebooks"):
        shutil.copytree(COURSE / folder, course / folder, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    return course


def say(panel: Locator, text: str) -> None:
    panel.get_by_role("textbox").fill(text)
    panel.get_by_role("textbox").press("Enter")


def said(panel: Locator) -> Locator:
    return panel.locator(".chatlab-said")


def width(panel: Locator) -> float:
    box = panel.bounding_box()
    assert box
    return box["width"]


def open_screen(lab: JupyterLab, page: Page, course: Path, number: int) -> Locator:
    """Screen `number` of the lesson, which has run: the one with both rooms, or the one with the reader's own."""
    resize(page, SMALL)
    notebook = lab.open(page, f"{course.name}/notebooks/{LESSON}")
    notebook.run_all()
    cells = json.loads((lab.folder / course.name / "notebooks" / LESSON).read_text(encoding="utf-8"))["cells"]
    notebook.scroll_to([n for n, cell in enumerate(cells) if "side_by_side([" in "".join(cell["source"])][number])
    screens = page.locator(".jp-Cell-outputArea", has=page.locator(".chatlab-screen"))
    return bring_up(screens.last if number else screens.first)


def test_a_tunnel_loses_over_udp_and_delays_over_tcp(
    lab: JupyterLab, page: Page, course: Path, screenshots: Path
) -> None:
    screen = open_screen(lab, page, course, 0)
    udp_kim, udp_lee, tcp_kim, tcp_lee = screen.locator(".chatlab-chat").all()
    loss = screen.locator(".widget-slider").first.locator("[role=slider]")
    loss.focus()
    loss.press("Home")
    for kim, lee in ((udp_kim, udp_lee), (tcp_kim, tcp_lee)):
        expect(kim.get_by_text("In the room")).to_be_visible(timeout=20 * SECONDS)
        expect(lee.get_by_text("In the room")).to_be_visible(timeout=20 * SECONDS)
        say(kim, "before the tunnel")
        expect(said(lee).last).to_have_text("kim: before the tunnel")
    tunnel = screen.get_by_role("checkbox")
    tunnel.check()
    for kim in (udp_kim, tcp_kim):
        say(kim, "in the tunnel")
    expect(said(tcp_kim).last).to_have_text("kim: in the tunnel")
    expect(said(tcp_lee).last).to_have_text("kim: before the tunnel")
    tunnel.uncheck()
    expect(said(tcp_lee).last).to_have_text("kim: in the tunnel")
    say(udp_kim, "behind the tunnel")
    expect(said(udp_lee)).to_have_text(["kim: before the tunnel", "kim: behind the tunnel"])
    assert_in_sight(page, [*screen.locator(".chatlab-field").all(), *screen.locator(".widget-slider").all(), tunnel])
    # People in both columns: none is the narrow one.
    assert width(udp_kim) == pytest.approx(width(tcp_kim), abs=1)
    page.screenshot(path=screenshots / "lesson-14-both.png")


def test_nc_and_a_phone_are_in_the_learners_own_room(
    lab: JupyterLab, page: Page, browser: Browser, course: Path, screenshots: Path
) -> None:
    screen = open_screen(lab, page, course, 1)
    room, web = screen.locator(".chatlab-room"), screen.locator(".chatlab-web")
    ada, bob = screen.locator(".chatlab-chat").all()
    expect(room).to_contain_text("ex11 is not started yet")
    answer = (COURSE / "solutions" / ANSWER).read_text(encoding="utf-8")

    def start_anew(source: str) -> None:
        (course / "exercises" / ANSWER).write_text(source, encoding="utf-8")
        room.get_by_role("button", name="Stop").click()
        room.get_by_role("button", name="Start").click()

    start_anew(answer)
    expect(room).to_contain_text("This room is yours: ex11 runs it.")
    expect(room).to_contain_text("2 here", timeout=20 * SECONDS)  # both have come back
    phone = browser.new_page(viewport=PHONE, has_touch=True)
    phone.goto(web.get_by_role("link").inner_text())
    say_on_page(phone, "phone")
    expect(phone.get_by_role("status")).to_have_text("In the room as phone")
    expect(web).to_contain_text("1 browser in it")
    host, port = room.inner_text().split("open at ")[1].split()[0].split(":")
    with socket.create_connection((host, int(port)), 10) as netcat:
        netcat.sendall(b"netcat\nI am but a line of bytes\n")
        for panel in (ada, bob):
            expect(said(panel).last).to_have_text("netcat: I am but a line of bytes")
        expect(phone.get_by_text("netcat: I am but a line of bytes")).to_be_visible()
    say_on_page(phone, "Hello from a phone")
    expect(said(ada).last).to_have_text("phone: Hello from a phone")
    say(bob, "Hello, phone!")
    expect(phone.get_by_text("bob: Hello, phone!")).to_be_visible()
    assert_in_sight(page, screen.locator(".chatlab-field").all())
    page.screenshot(path=screenshots / "lesson-14-own.png")

    start_anew(CRASHES)
    expect(room.locator(".chatlab-failure")).to_contain_text("RuntimeError: boom")
    expect(room).to_contain_text(f"{ANSWER}, line ")
    expect(phone.get_by_role("status")).to_contain_text("next try in")
    page.screenshot(path=screenshots / "lesson-14-crashed.png")
    phone.close()


# Its thread ends with an error as soon as it runs.
CRASHES = """\
import threading


class Server:
    def __init__(self, listener):
        self.listener = listener

    def start(self):
        threading.Thread(target=self.serve).start()

    def serve(self):
        raise RuntimeError("boom")

    def close(self):
        pass
"""


def assert_in_sight(page: Page, controls: list[Locator]) -> None:
    window = page.locator(".jp-WindowedPanel-outer:visible").bounding_box()
    assert window
    for control in controls:
        place = control.bounding_box()
        assert place
        assert place["y"] >= window["y"]
        assert place["y"] + place["height"] <= window["y"] + window["height"]
