"""pytest's settings in pyproject.toml: what a test leaves behind is a failure, not a line that nobody reads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"

CRASHED_THREAD = """
import threading

def test() -> None:
    thread = threading.Thread(target=lambda: 1 / 0, name="crashes")
    thread.start()
    thread.join()
"""
UNCLOSED_SOCKET = """
import socket

def test() -> None:
    socket.socket()
"""
WARNING = """
import warnings

def test() -> None:
    warnings.warn("old", DeprecationWarning)
"""


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (CRASHED_THREAD, "ZeroDivisionError"),
        (UNCLOSED_SOCKET, "unclosed <socket"),
        (WARNING, "DeprecationWarning: old"),
    ],
    ids=["crashed thread", "unclosed socket", "warning"],
)
def test_what_is_left_behind_fails(source: str, shown: str, tmp_path: Path) -> None:
    file = tmp_path / "test_it.py"
    file.write_text(source, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-c", str(PYPROJECT), "--rootdir", str(tmp_path), str(file)]
    done = subprocess.run([*command, "-p", "no:cacheprovider"], capture_output=True, text=True, check=False)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout + done.stderr
    assert shown in done.stdout
