"""Lesson 09 as its readers meet it: a stream in single bytes, and their own framing under tom's panel."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from .jupyterlab_driver import JupyterLab, Locator, Page, expect
from .one_screen import SMALL, bring_up, resize

COURSE = Path(__file__).parents[2]
LESSON = "09_a_stream_of_bytes.ipynb"
ANSWER = "ex09_bytes_to_lines.py"
WRONG = COURSE / "tests" / "grading" / "wrong" / "ex09" / "mixes_text_and_bytes.py"


@pytest.fixture
def course(lab: JupyterLab) -> Path:
    """A course of its own for this test, inside of what JupyterLab serves."""
    course = lab.folder / "course-09"
    for folder in ("exercises", "notebooks"):
        shutil.copytree(COURSE / folder, course / folder, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    return course


def say(panel: Locator, text: str) -> None:
    panel.get_by_role("textbox").fill(text)
    panel.get_by_role("textbox").press("Enter")


def test_the_learners_framing_meets_single_bytes(lab: JupyterLab, page: Page, course: Path, screenshots: Path) -> None:
    resize(page, SMALL)
    notebook = lab.open(page, f"{course.name}/notebooks/{LESSON}")
    notebook.run_all()
    cells = json.loads((lab.folder / course.name / "notebooks" / LESSON).read_text(encoding="utf-8"))["cells"]
    live, own = (number for number, cell in enumerate(cells) if "side_by_side([" in "".join(cell["source"]))
    screens = page.locator(".jp-Cell-outputArea", has=page.locator(".chatlab-screen"))

    notebook.scroll_to(live)
    screen = bring_up(screens.first)
    ada, _ = screen.locator(".chatlab-chat").all()
    pieces = screen.locator(".chatlab-sliders [role=slider]").first
    pieces.focus()
    pieces.press("Home")
    expect(screen.locator(".widget-readout").first).to_have_text("1 B")
    say(ada, "I like 🐍!")
    expect(screen.locator(".chatlab-said").last).to_have_text("ada: I like 🐍!")
    page.screenshot(path=screenshots / "lesson-09-live.png")

    notebook.scroll_to(own)
    screen = bring_up(screens.last)
    ada, tom = screen.locator(".chatlab-chat").all()
    expect(tom).to_contain_text("ex09 is not started yet")

    def take(answer: Path) -> None:
        shutil.copy(answer, course / "exercises" / ANSWER)
        tom.get_by_role("button", name="Join").click()

    take(WRONG)
    expect(tom).to_contain_text(f'TypeError: can only concatenate str (not "bytes") to str. {ANSWER}, line 12, in feed')
    page.screenshot(path=screenshots / "lesson-09-fails.png")
    take(COURSE / "solutions" / ANSWER)
    expect(tom.get_by_role("button", name="Join")).to_be_hidden()
    say(tom, "mine: Olé 🐍")
    expect(ada.locator(".chatlab-said").last).to_have_text("tom: mine: Olé 🐍")
    say(ada, "  I hear you")
    expect(tom.locator(".chatlab-said").last).to_have_text("ada:   I hear you")
    page.screenshot(path=screenshots / "lesson-09-own.png")
