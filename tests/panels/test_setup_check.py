"""The check of the set-up: always the same where all is well, and plain about what is not."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from chatlab.panels import check_setup, setup_check
from chatlab.panels.setup_check import PACKAGES, PYTHON

ROOT = Path(__file__).parents[2]


def test_where_all_is_well_the_table_says_yes_and_no_versions() -> None:
    check = check_setup()
    assert check.ok, check
    assert repr(check) == repr(check_setup())
    assert repr(check).count("yes") == len(PACKAGES) + 3
    assert repr(check).endswith("Everything is here.")
    assert metadata.version("jupyterlab") not in repr(check)


def test_a_missing_package_and_an_old_one_are_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        if name == "nbval":
            raise metadata.PackageNotFoundError(name)
        return "7.9.1" if name == "pytest" else "99.0"

    monkeypatch.setattr(metadata, "version", version)
    check = check_setup()
    assert not check.ok
    lines = repr(check).splitlines()
    assert any(re.match(r"pytest 8.2 or newer +7.9.1 +.*pip install -r requirements.txt", line) for line in lines)
    assert any(re.match(r"nbval 0.11 or newer +no +.*pip install -r requirements.txt", line) for line in lines)
    assert "see the last column" in lines[-1]


def test_versions_are_compared_as_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "version", {**PACKAGES, "jupyterlab": "4.10rc1", "pytest": "10.0"}.__getitem__)
    assert check_setup().ok


def test_a_loopback_that_does_not_work_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def sendto(*_: object) -> int:
        raise OSError("<blocked>")

    monkeypatch.setattr(socket.socket, "sendto", sendto, raising=False)
    check = check_setup()
    assert not check.ok
    assert "no: <blocked>" in repr(check)
    assert "no: &lt;blocked&gt;" in check._repr_html_()


def test_that_no_port_is_free_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        monkeypatch.setattr(setup_check, "CLIENT_PORTS", range(port, port + 1))
        assert not check_setup().ok
    assert check_setup().ok


def test_the_page_shows_the_same_as_the_text() -> None:
    check = check_setup()
    cells = re.findall(r"<t[dh] [^>]*>(.*?)</t[dh]>", check._repr_html_())
    assert cells[:3] == ["what", "found", "what to do"]
    assert len(cells) == 3 * (len(check.findings) + 1)


def test_it_asks_for_what_the_project_asks_for() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    declared = project + (ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert {name: lowest for name, lowest in PACKAGES.items() if f"{name}>={lowest}," not in declared} == {}
    assert f'requires-python = ">={".".join(map(str, PYTHON))}"' in project


def test_it_looks_for_all_that_the_lessons_use() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    extras = re.findall(r"^(?:terminal|notebooks|trace) = .*", project, re.MULTILINE)
    assert len(extras) == 3
    assert set(re.findall(r'"([\w-]+)[<>=]', "".join(extras))) - set(PACKAGES) == set()


def test_it_runs_where_the_packages_of_the_notebooks_are_missing() -> None:
    program = """
import sys
sys.modules.update(dict.fromkeys(["ipywidgets", "anywidget", "traitlets", "IPython", "packaging"]))
from chatlab.panels import check_setup
check_setup()
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
