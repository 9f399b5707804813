"""A stored picture is an image, and is yet as dark as the page around it, whatever the reader's system prefers."""

from __future__ import annotations

import zlib

import pytest

from .jupyterlab_driver import Browser, JupyterLab, Page, expect

SHOW = """\
from chatlab.trace import Trace
from chatlab.weather.simulated import SimulatedNetwork

network = SimulatedNetwork(trace=Trace())
network.send("ada", "bob", b"hi")
network.trace"""


def brightness(page: Page, x: float, y: float) -> int:
    """Of the pixel of `page` at x, y: 0 to 255."""
    png = page.screenshot(clip={"x": x, "y": y, "width": 1, "height": 1}, scale="css")
    packed, place = b"", 8  # behind the signature come chunks: length, name, data, checksum
    while place < len(png):
        size, name = int.from_bytes(png[place : place + 4], "big"), png[place + 4 : place + 8]
        packed += png[place + 8 : place + 8 + size] if name == b"IDAT" else b""
        place += size + 12
    return max(zlib.decompress(packed)[1:4])  # behind the number of a filter


@pytest.mark.parametrize(("theme", "system"), [("dark", "light"), ("light", "dark")])
def test_a_stored_picture_follows_the_theme(lab: JupyterLab, browser: Browser, theme: str, system: str) -> None:
    page = browser.new_page(color_scheme="dark" if system == "dark" else "light")
    try:
        notebook = lab.open(page, lab.add_notebook(f"picture-{theme}.ipynb", SHOW), theme)
        notebook.run_all()
        picture = notebook.output(0).locator("img")
        expect(picture).to_be_visible()
        box = picture.bounding_box()
        assert box
        shade = brightness(page, box["x"] + 20, box["y"] + box["height"] - 10)
        assert shade < 60 if theme == "dark" else shade > 200
    finally:
        page.close()
        lab.stop_kernels()
