"""pytest's settings in pyproject.toml: what a test leaves behind is a failure, not a line that nobody reads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"

LEAVES_SOMETHING_BEHIND = """
import socket, threading, warnings

def test_a_crashed_thread() -> None:
    thread = threading.Thread(target=lambda: 1 / 0, name="crashes")
    thread.start()
    thread.join()

def test_an_unclosed_socket() -> None:
    socket.socket()

def test_a_warning() -> None:
    warnings.warn("old", DeprecationWarning)
"""


def test_what_is_left_behind_is_a_failure(tmp_path: Path) -> None:
    file = tmp_path / "test_it.py"
    file.write_text(LEAVES_SOMETHING_BEHIND, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-c", str(PYPROJECT), "--rootdir", str(tmp_path), str(file)]
    done = subprocess.run([*command, "-p", "no:cacheprovider"], capture_output=True, text=True, check=False)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout + done.stderr
    assert "3 failed" in done.stdout
    for shown in ("ZeroDivisionError", "unclosed <socket", "DeprecationWarning: old"):
        assert shown in done.stdout
