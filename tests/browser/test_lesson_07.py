"""Lesson 07 as its readers walk it: a slider, a text, and the ladder that draws what became of it."""

from __future__ import annotations

from pathlib import Path

from .jupyterlab_driver import JupyterLab, Locator, Page, expect


def say(panel: Locator, text: str) -> None:
    field = panel.get_by_role("textbox")
    field.fill(text)
    field.press("Enter")


def set_slider(page: Page, name: str, key: str) -> None:
    """By the keyboard: `End` is all the way to the right, `Home` to the left."""
    page.locator(".widget-slider", has_text=name).locator(".noUi-handle").press(key)


def test_a_slider_loses_a_message_and_another_repeats_it(lab: JupyterLab, page: Page, screenshots: Path) -> None:
    page.set_viewport_size({"width": 1280, "height": 9000})  # so that the whole notebook is drawn, and nothing scrolls
    notebook = lab.open(page, "07_a_bad_network.ipynb")
    notebook.run_all()
    panels, ladder = page.locator(".chatlab-chat"), page.locator(".chatlab-drawn svg")
    expect(panels).to_have_count(2)
    names = panels.locator(".chatlab-header .chatlab-name").all_inner_texts()
    ada, bob = (panels.nth(names.index(name)) for name in ("ada", "bob"))
    # The stored pictures: a loss, a swap, and both of them with a repeat.
    expect(page.locator('[data-mime-type="image/svg+xml"] img')).to_have_count(3)

    say(ada, "in fair weather")
    for panel in (ada, bob):
        expect(panel.locator(".chatlab-said")).to_have_text(["ada: in fair weather"])
    expect(ladder.locator("text", has_text="lost")).to_have_count(0)

    set_slider(page, "Loss", "End")
    say(ada, "into the rain")
    expect(ladder).to_contain_text("into the rain")
    expect(ladder.locator("text", has_text="lost").first).to_be_visible()

    set_slider(page, "Loss", "Home")
    set_slider(page, "Repeat", "End")
    say(ada, "and again")
    # To the room it comes twice, and each of the two to each member twice.
    for panel in (ada, bob):
        expect(panel.locator(".chatlab-said")).to_have_text(["ada: in fair weather"] + ["ada: and again"] * 4)
    expect(ladder.locator("text", has_text="again").first).to_be_visible()
    page.locator(".chatlab-weather").screenshot(path=screenshots / "lesson-07.png")
