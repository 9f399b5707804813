"""One JupyterLab and one browser for all tests in this folder; a fresh page for each.

pytest tests/browser --screenshots DIR     keeps what the pages looked like in DIR

The README's pictures are four of these, reduced to their 256 most frequent colours: the panels and the weather,
light and dark.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from .jupyterlab_driver import JupyterLab


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", type=Path, metavar="DIR", help="where to put pictures of the pages")


# The driver needs Playwright, so it is imported by who uses it: without it the tests are skipped, and say why. While
# the browser is open, an event loop runs in this thread: so it is closed before the worker gets tests from elsewhere.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    from .jupyterlab_driver import run_browser  # noqa: PLC0415

    with run_browser() as browser:
        yield browser


@pytest.fixture(scope="package")
def lab(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterLab]:
    from .jupyterlab_driver import run_jupyterlab  # noqa: PLC0415

    with run_jupyterlab(tmp_path_factory.mktemp("jupyterlab")) as lab:
        yield lab


@pytest.fixture
def page(browser: Browser, lab: JupyterLab) -> Iterator[Page]:
    """A page whose kernels end with it. A script error in it fails the test."""
    errors: list[str] = []
    page = browser.new_page(viewport={"width": 1280, "height": 1400}, device_scale_factor=2)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    page.close()
    lab.stop_kernels()
    assert errors == []


@pytest.fixture
def screenshots(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The folder for pictures."""
    # Not known where pytest was started above this folder: options come from the folders named on its command line.
    folder: Path = request.config.getoption("--screenshots", default=None) or tmp_path
    folder.mkdir(parents=True, exist_ok=True)
    return folder
