"""The lessons with a screen of their own as their readers walk them: all in sight; a text, a slider, the ladder."""

from __future__ import annotations

from pathlib import Path

import pytest

from .jupyterlab_driver import SECONDS, THEMES, JupyterLab, Locator, Page, expect
from .one_screen import assert_all_in_sight, bring_up, open_screen


def say(panel: Locator, text: str) -> None:
    field = panel.get_by_role("textbox")
    field.fill(text)
    field.press("Enter")


def said(panel: Locator) -> Locator:
    return panel.locator(".chatlab-said")


def drawn(screen: Locator, text: str) -> Locator:
    """The newest of what the ladder writes."""
    return screen.locator(".chatlab-drawn text", has_text=text).last


def set_slider(screen: Locator, name: str, key: str) -> None:
    """By the keyboard: `End` is all the way to the right, `Home` to the left."""
    screen.locator(".widget-slider", has_text=name).locator(".noUi-handle").press(key)


def test_lesson_07_a_slider_loses_a_message_and_another_repeats_it(lab: JupyterLab, page: Page) -> None:
    screen, ada, bob = open_screen(lab, page, "07_a_bad_network.ipynb")
    say(ada, "in fair weather")
    for panel in (ada, bob):
        expect(said(panel)).to_have_text(["ada: in fair weather"])
    expect(drawn(screen, "ada: in fair weather")).to_be_in_viewport()
    expect(drawn(screen, "lost")).to_have_count(0)

    set_slider(screen, "Loss", "End")
    say(ada, "into the rain")
    expect(drawn(screen, "into the rain")).to_be_in_viewport()
    expect(drawn(screen, "lost")).to_be_in_viewport()

    set_slider(screen, "Loss", "Home")
    set_slider(screen, "Repeat", "End")
    say(ada, "and again")
    # To the room it comes twice, and each of the two to each member twice.
    for panel in (ada, bob):
        expect(said(panel)).to_have_text(["ada: in fair weather"] + ["ada: and again"] * 4)
    expect(drawn(screen, "again")).to_be_in_viewport()
    assert_all_in_sight(page, bring_up(screen))


@pytest.mark.parametrize("theme", THEMES)
def test_lesson_07_in_a_storm(lab: JupyterLab, page: Page, theme: str, screenshots: Path) -> None:
    screen, ada, bob = open_screen(lab, page, "07_a_bad_network.ipynb", theme)
    screen.get_by_role("button", name="Storm").click()
    for number in range(1, 5):
        say(ada, f"Did you get number {number}?")
        say(bob, f"Number {number}, yes. Or was it {number - 1}?")
    expect(drawn(screen, "lost")).to_be_attached()
    expect(drawn(screen, "late")).to_be_attached()
    assert_all_in_sight(page, bring_up(screen))
    page.screenshot(path=screenshots / f"lesson-07-storm-{theme}.png")
    screen.locator(".chatlab-screen").screenshot(path=screenshots / f"weather-{theme}.png")


def test_lesson_08_in_the_rain_all_arrives_once_and_in_order(lab: JupyterLab, page: Page, screenshots: Path) -> None:
    screen, ada, bob = open_screen(lab, page, "08_reliable_delivery.ipynb")
    texts = [f"thing {number}" for number in range(4)]
    for text in texts:
        say(ada, text)
    expect(said(bob)).to_have_text([f"ada: {text}" for text in texts], timeout=30 * SECONDS)
    expect(drawn(screen, "ACK_TAG")).to_be_attached()
    assert_all_in_sight(page, bring_up(screen))
    page.screenshot(path=screenshots / "lesson-08.png")
