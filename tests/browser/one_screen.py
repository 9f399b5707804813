"""Talk, sliders and picture on one screen: where they stand, and whether all of it is in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .jupyterlab_driver import Locator, Page

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
