"""Lesson 05 as its readers meet it: they talk in a room of chatlab's, until their own server runs it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from .jupyterlab_driver import JupyterLab, Locator, Page, expect
from .one_screen import assert_all_in_sight, bring_up, open_screen

COURSE = Path(__file__).parents[2]
LESSON = "05_the_udp_server.ipynb"
ANSWER = "ex05_a_udp_server.py"
# Only a server with this line says pong where somebody said ping.
LINE, MARKED_LINE = "sendto(datagram, ", 'sendto(datagram.replace(b"ping", b"pong"), '


@pytest.fixture
def course(lab: JupyterLab) -> Path:
    """A course of its own for this test, inside of what JupyterLab serves."""
    course = lab.folder / "course"
    for folder in ("exercises", "notebooks"):
        shutil.copytree(COURSE / folder, course / folder, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    return course


def say(panel: Locator, text: str) -> None:
    panel.get_by_role("textbox").fill(text)
    panel.get_by_role("textbox").press("Enter")


def test_the_panels_talk_to_the_code_in_exercises(lab: JupyterLab, page: Page, course: Path, screenshots: Path) -> None:
    screen, ada, bob = open_screen(lab, page, f"{course.name}/notebooks/{LESSON}")
    room = screen.locator(".chatlab-room")

    expect(room).to_contain_text("ex05 is not started yet. Until it is, this is chatlab's own room.")
    say(ada, "ping")
    for panel in (ada, bob):
        expect(panel.locator(".chatlab-said")).to_have_text(["ada: ping"])
    expect(screen.locator(".chatlab-drawn")).to_contain_text("ada: ping")
    assert_all_in_sight(page, bring_up(screen))
    page.screenshot(path=screenshots / "lesson-05.png")

    def start_anew(source: str) -> None:
        (course / "exercises" / ANSWER).write_text(source, encoding="utf-8")
        room.get_by_role("button", name="Stop").click()
        room.get_by_role("button", name="Start").click()

    answer = (COURSE / "solutions" / ANSWER).read_text(encoding="utf-8")
    assert LINE in answer
    start_anew(answer.replace(LINE, MARKED_LINE))
    expect(room).to_contain_text("2 here")  # both have come back
    say(bob, "ping")
    for panel in (ada, bob):
        expect(panel.locator(".chatlab-said").last).to_have_text("bob: pong")

    start_anew("def")
    expect(room.locator(".chatlab-failure")).to_contain_text("SyntaxError: ")
    expect(room).to_contain_text(f"{ANSWER}, line 1: def")
    for panel in (ada, bob):
        expect(panel.get_by_role("button", name="Join")).to_be_visible()
