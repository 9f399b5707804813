"""The first notebook as its readers meet it; and the pictures of it in the README."""

from __future__ import annotations

from pathlib import Path

import pytest

from .jupyterlab_driver import START, THEMES, JupyterLab, Page, expect

README = Path(__file__).parents[2] / "README.md"
BACKGROUNDS = {"light": (255, 255, 255), "dark": (33, 33, 33)}
TALK = [
    ("ada", "Hello bob, can you read this?"),
    ("bob", "Every word. It came over UDP."),
    ("ada", "One datagram from me to the room, one from the room to you 🎉"),
    ("bob", "And one back to you, so you know that it went round."),
]


@pytest.mark.parametrize("theme", THEMES)
def test_what_one_panel_says_the_other_reads(lab: JupyterLab, page: Page, theme: str, screenshots: Path) -> None:
    notebook = lab.open(page, "00_start_here.ipynb", theme)
    page.keyboard.press("ControlOrMeta+b")  # the file browser is of no use here
    notebook.run_all()
    panels = page.locator(".chatlab-side-by-side .chatlab-chat")  # that of ada stands below the exercise, too
    expect(panels).to_have_count(2)
    names = panels.locator(".chatlab-header .chatlab-name").all_inner_texts()
    for speaker, text in TALK:
        field = panels.nth(names.index(speaker)).get_by_role("textbox")
        field.fill(text)
        field.press("Enter")
        for panel in panels.all():
            expect(panel.locator(".chatlab-said").last).to_have_text(f"{speaker}: {text}")
    # What the contrast of the names is computed against, in the tests of the scrollback.
    expect(panels.first).to_have_css("background-color", f"rgb{BACKGROUNDS[theme]}")
    notebook.activate(0)  # so that the cell in the picture is not marked as the active one
    cell = page.locator(".jp-CodeCell", has=panels.first)
    cell.evaluate("cell => cell.scrollIntoView({ block: 'center' })")
    box = cell.bounding_box()
    assert box
    margin = 6
    page.screenshot(
        path=screenshots / f"panels-{theme}.png",
        clip={"x": box["x"], "y": box["y"] - margin, "width": box["width"], "height": box["height"] + 2 * margin},
    )


def test_the_readme_starts_it_so_that_the_card_leads_to_the_exercise(lab: JupyterLab, page: Page) -> None:
    assert f"jupyter lab {' '.join(START)}\n" in README.read_text(encoding="utf-8")
    lab.open(page, "00_start_here.ipynb").run_all()
    page.locator(".chatlab-card").get_by_role("link").click()
    expect(page.locator(".jp-FileEditor")).to_contain_text("def greet(client")
