"""A real JupyterLab, and its notebooks in a real browser: what the tests in this folder drive.

The server runs on a copy of the notebooks with a home, settings and runtime folder of its own, so that nothing of the
person who runs the tests is read or written.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

HOW_TO_GET_A_BROWSER = (
    "needs a browser: pip install playwright, then playwright install chromium (or apt-get install chromium)"
)
pytest.importorskip("playwright.sync_api", reason=HOW_TO_GET_A_BROWSER)
from playwright.sync_api import Browser, Error, Locator, Page, expect, sync_playwright  # noqa: E402

# Playwright's names too: a test that imports them from here is skipped where Playwright is missing.
__all__ = [
    "SECONDS",
    "START",
    "THEMES",
    "Browser",
    "JupyterLab",
    "Locator",
    "Notebook",
    "Page",
    "expect",
    "run_browser",
    "run_jupyterlab",
]

COURSE = Path(__file__).parents[2]
# As the README says to start it: what is above the notebooks has to be within reach.
START = ["--notebook-dir=.", "notebooks/00_start_here.ipynb"]
SECONDS = 1000  # Playwright counts in milliseconds
PATIENCE = 120 * SECONDS  # opening a notebook took 75 s on a busy machine
QUIET = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false"}}
# For a machine without a screen, in a container, with no traffic but the tests' own.
CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}


class JupyterLab:
    """A running server. `folder` holds the notebooks of the course that it serves."""

    def __init__(self, folder: Path, port: int, token: str) -> None:
        self.folder = folder
        self._port = port
        self._token = token

    def add_notebook(self, name: str, *cells: str) -> str:
        """Write a notebook of code cells; its name in `folder`."""
        empty: dict[str, object] = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
        notebook = {
            "cells": [{**empty, "id": f"cell-{index}", "source": cell} for index, cell in enumerate(cells)],
            "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
        (self.folder / name).write_text(json.dumps(notebook), encoding="utf-8")
        return name

    def open(self, page: Page, name: str, theme: str = "light") -> Notebook:
        """Open a notebook in `page` and wait for its kernel."""
        setting = json.dumps({"raw": json.dumps({"theme": THEMES[theme]})})
        self._request("PUT", "/lab/api/settings/@jupyterlab/apputils-extension:themes", setting)
        page.goto(f"{self._url(f'/lab/tree/notebooks/{name}')}&reset", timeout=PATIENCE)
        expect(page.locator("#jp-main-statusbar")).to_contain_text("| Idle", timeout=PATIENCE)
        return Notebook(page)

    def stop_kernels(self) -> None:
        for session in json.loads(self._request("GET", "/api/sessions")):
            self._request("DELETE", f"/api/sessions/{session['id']}")

    def _request(self, method: str, path: str, body: str | None = None) -> bytes:
        request = urllib.request.Request(self._url(path), body.encode() if body else None, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            content: bytes = answer.read()
            return content

    def _url(self, path: str) -> str:
        return f"http://127.0.0.1:{self._port}{path}?token={self._token}"


class Notebook:
    """The notebook that is open in `page`."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def go_to(self, name: str) -> None:
        """Open another notebook of the course in its place, and wait for its kernel."""
        self._do("await notebook.sessionContext.shutdown(); notebook.dispose()")
        self._do(f"await app.commands.execute('docmanager:open', {{path: 'notebooks/{name}', factory: 'Notebook'}})")
        expect(self.page.locator("#jp-main-statusbar")).to_contain_text("| Idle", timeout=PATIENCE)

    def run_all(self) -> None:
        """Run all cells as a reader does."""
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        expect(self._prompts.first).to_have_text(re.compile(r"\[(\*|\d+)\]:"), timeout=PATIENCE)
        self._wait_until_cells_have_run()

    def run_cell(self, index: int) -> None:
        """Run the code cell `index`, for the first time or once more."""
        self.activate(index)
        self._do("await app.commands.execute('notebook:run-cell')")
        self._wait_until_cells_have_run()

    def activate(self, index: int) -> None:
        self._do(f"notebook.content.activeCellIndex = {index}")

    def scroll_to(self, number: int) -> None:
        """Put cell `number`, counted from 0 with those of text, at the top: of a long notebook a page holds a part."""
        self._do(f"await notebook.content.scrollToItem({number}, 'start')")

    def _wait_until_cells_have_run(self) -> None:
        expect(self._prompts.get_by_text("[*]:")).to_have_count(0, timeout=PATIENCE)
        errors = self.page.locator('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]')
        expect(errors, "a cell reports an error").to_have_text([])

    @property
    def _prompts(self) -> Locator:
        return self.page.locator(".jp-CodeCell .jp-InputPrompt")

    def save(self) -> None:
        """Save as Ctrl+S does; returns when the file is written."""
        self._do("await app.commands.execute('docmanager:save')")

    def restart_kernel(self) -> None:
        self._do("await notebook.sessionContext.session.kernel.restart()")

    def output(self, index: int) -> Locator:
        """What the code cell `index` shows."""
        return self.page.locator(".jp-CodeCell").nth(index).locator(".jp-Cell-outputArea")

    def _do(self, script: str) -> None:
        """Run JavaScript in JupyterLab."""
        self.page.evaluate(
            f"async () => {{ const app = window.jupyterapp, notebook = app.shell.currentWidget; {script} }}"
        )


@contextmanager
def run_browser() -> Iterator[Browser]:
    """The machine's Chromium, or else Playwright's. Skips the test where there is neither."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM)
        except Error:
            if path:
                raise
            pytest.skip(HOW_TO_GET_A_BROWSER)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def run_jupyterlab(home: Path) -> Iterator[JupyterLab]:
    """A JupyterLab on a copy of the course in `home`."""
    course = home / "course"
    for part in ("notebooks", "exercises"):
        shutil.copytree(
            COURSE / part, course / part, ignore=shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__")
        )
    overrides = home / "config" / "labconfig" / "default_setting_overrides.json"
    overrides.parent.mkdir(parents=True)
    overrides.write_text(json.dumps(QUIET), encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex(16)
    own_folders = {
        "HOME": home,
        "JUPYTER_CONFIG_DIR": home / "config",
        "JUPYTER_DATA_DIR": home / "data",
        "JUPYTER_RUNTIME_DIR": home / "runtime",
        "IPYTHONDIR": home / "ipython",
    }
    command = [sys.executable, "-m", "jupyterlab", *START, "--no-browser", "--expose-app-in-browser", "--allow-root"]
    command += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={token}"]
    with subprocess.Popen(
        command,
        cwd=course,
        env=os.environ | {name: str(path) for name, path in own_folders.items()},
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
    ) as server:
        log: list[str] = []
        ready = threading.Event()
        reader = threading.Thread(target=_read_log, args=(server, log, ready), name="jupyterlab-log")
        reader.start()
        try:
            if not ready.wait(120):
                raise RuntimeError("JupyterLab did not start:\n" + "".join(log))
            lab = JupyterLab(course / "notebooks", port, token)
            yield lab
            lab.stop_kernels()
        finally:
            server.terminate()
            server.wait()
            reader.join()


def _read_log(server: subprocess.Popen[str], log: list[str], ready: threading.Event) -> None:
    """Keep the log, and keep its pipe from filling up."""
    assert server.stderr is not None
    for line in server.stderr:
        log.append(line)
        if "is running at" in line:
            ready.set()
