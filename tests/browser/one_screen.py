"""Talk, sliders and picture on one screen: where they stand, and whether all of it is in sight."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from .jupyterlab_driver import JupyterLab, Locator, Page, expect

if TYPE_CHECKING:
    from playwright.sync_api import FloatRect

SMALL = 1280, 720
WIDE = 1920, 1080


def resize(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})


def bring_up(output: Locator) -> Locator:
    """`output`, scrolled to the top of the notebook."""
    output.evaluate("output => output.scrollIntoView({ block: 'start' })")
    return output


def open_screen(lab: JupyterLab, page: Page, lesson: str, theme: str = "light") -> tuple[Locator, Locator, Locator]:
    """The screen of a lesson that has run on a small window, with Ada and Bob."""
    resize(page, SMALL)
    notebook = lab.open(page, lesson, theme)
    notebook.run_all()
    cells = json.loads((lab.folder / lesson).read_text(encoding="utf-8"))["cells"]
    notebook.scroll_to(max(number for number, cell in enumerate(cells) if "side_by_side([" in "".join(cell["source"])))
    screen = bring_up(page.locator(".jp-Cell-outputArea", has=page.locator(".chatlab-screen")).last)
    names = screen.locator(".chatlab-header .chatlab-name")
    expect(names).to_have_text(["ada", "bob"])
    ada, bob = screen.locator(".chatlab-chat").all()
    return screen, ada, bob


def places(screen: Locator) -> dict[str, FloatRect]:
    """Where what one types into, turns and watches stands."""
    watched = {
        f"{role} {number}": one
        for role, found in {
            "field": screen.locator(".chatlab-field"),
            "slider": screen.locator(".chatlab-sliders .widget-slider"),
            "button": screen.get_by_role("button", name="Send"),
            "choice": screen.locator(".chatlab-weather .widget-toggle-button"),
            "picture": screen.locator(".chatlab-ladder-scroller"),
        }.items()
        for number, one in enumerate(found.all())
    }
    found_places = {}
    for name, one in watched.items():
        box = one.bounding_box()
        assert box, name
        found_places[name] = box
    return found_places


def assert_all_in_sight(page: Page, screen: Locator) -> None:
    window = page.locator(".jp-WindowedPanel-outer:visible").bounding_box()
    assert window
    for name, place in places(screen).items():
        assert place["y"] >= window["y"], name
        assert place["y"] + place["height"] <= window["y"] + window["height"], name
        assert place["x"] + place["width"] <= window["x"] + window["width"], name
