from __future__ import annotations

import sys
from pathlib import Path

import pytest

from chatlab.service.this_python import this_pytest, this_python


def make_program(folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / (f"{name}.exe" if sys.platform == "win32" else name)
    program.touch()
    program.chmod(0o755)
    return program


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a virtual environment that is not active; another Python is."""
    folder = tmp_path / "my course"
    monkeypatch.setattr(sys, "executable", str(make_program(folder / ".venv" / "bin", "python")))
    make_program(folder / ".venv" / "bin", "pytest")
    make_program(tmp_path / "others", "python")
    make_program(tmp_path / "others", "pytest")
    monkeypatch.setenv("PATH", str(tmp_path / "others"))
    monkeypatch.chdir(folder)
    return folder


def test_another_python_is_called_python(course: Path) -> None:
    path = Path(sys.executable).relative_to(course)
    assert this_python() == str(path)
    assert this_pytest() == f"{path} -m pytest"


def test_from_elsewhere_the_path_is_whole_and_quoted(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(course.parent / "others")
    quote = '"' if sys.platform == "win32" else "'"
    assert this_python() == f"{quote}{sys.executable}{quote}"


def test_the_active_one_is_called_by_its_name(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(course / ".venv" / "bin"))
    assert (this_python(), this_pytest()) == ("python", "pytest")


def test_there_is_no_other(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert this_python() == str(Path(sys.executable).relative_to(course))
