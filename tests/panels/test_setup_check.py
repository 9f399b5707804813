"""The check of the set-up: always the same where all is well, and plain about what is not."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from chatlab.panels import check_setup, setup_check
from chatlab.panels.setup_check import EXTRAS, PYTHON

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[2]


def test_where_all_is_well_the_table_says_yes_and_no_versions() -> None:
    check = check_setup()
    assert check.ok, check
    assert repr(check) == repr(check_setup())
    assert repr(check).count("yes") == 4
    assert repr(check).endswith("Everything is here.")
    assert metadata.version("jupyterlab") not in repr(check)


def declared() -> dict[str, str]:
    """What pyproject.toml wants of each package that a learner needs on this Python."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [Requirement(line) for extra in EXTRAS for line in project["optional-dependencies"][extra]]
    return {each.name: str(each.specifier) for each in wanted if not each.marker or each.marker.evaluate()}


@pytest.mark.parametrize("missing", sorted(declared()))
def test_each_package_is_missed_with_what_to_do(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    version = metadata.version

    def without(name: str) -> str:
        if name == missing:
            raise metadata.PackageNotFoundError(name)
        return version(name)

    monkeypatch.setattr(metadata, "version", without)
    check = check_setup()
    assert [finding.what.split()[0] for finding in check.findings if not finding.ok] == [missing]
    lines = repr(check).splitlines()
    assert any(re.match(rf"{missing} >=.* +no +.*pip install -r requirements.txt", line) for line in lines)
    assert "see the last column" in lines[-1]


@pytest.mark.parametrize(
    ("version", "ok"),
    [("7.9.1", False), ("8.10.9", False), ("9.0", True), ("9.2rc1", True), ("9.99", True), ("10.0", False)],
)
def test_a_version_has_to_be_within_the_bounds(version: str, ok: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    really = metadata.version
    monkeypatch.setattr(metadata, "version", lambda name: version if name == "pytest" else really(name))
    check = check_setup()
    assert check.ok == ok
    if not ok:
        assert re.search(rf"^pytest >=9, <10 +{version} +in the project's folder: pip", repr(check), re.MULTILINE)


def test_that_the_course_is_not_installed_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def requires(name: str) -> list[str]:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "requires", requires)
    assert re.search(r"^the package chatlab +no +in the project's folder: pip", repr(check_setup()), re.MULTILINE)


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
    assert f'requires-python = ">={".".join(map(str, PYTHON))}"' in project
    wanted = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert wanted == f"-e .[{','.join(EXTRAS)}]\n"


def test_it_runs_where_the_packages_of_the_notebooks_are_missing() -> None:
    program = """
import sys
sys.modules.update(dict.fromkeys(["ipywidgets", "anywidget", "traitlets", "IPython", "packaging"]))
from chatlab.panels import check_setup
print(check_setup())
"""
    command = [sys.executable, "-c", program]
    said = subprocess.run(command, check=True, timeout=60, capture_output=True, text=True).stdout
    assert re.search(r"^the package packaging\S* +no +in the project's folder: pip", said, re.MULTILINE)
