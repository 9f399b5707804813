"""pytest's settings, in pyproject.toml and conftest.py.

What a test leaves behind is a failure, not a line that nobody reads; what hangs is ended and says where; and what is to
run alone does.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .systems import SLOWER, wine_differs

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


HANGS = """
import threading
import pytest

@pytest.fixture
def hangs_when_taken_down():
    yield
    threading.Event().wait()

def test_hangs() -> None:
    threading.Event().wait()

def test_fails_and_hangs(hangs_when_taken_down) -> None:
    assert False

@pytest.mark.parametrize("number", range(6))
def test_other(number: int) -> None:
    pass
"""

LOGS = """
import os, time
from pathlib import Path
import pytest

LOG = Path(__file__).with_name("log")

def log(*words):
    with LOG.open("a") as file:
        file.write(" ".join(words) + "\\n")

@pytest.fixture(autouse=True)
def logged(request):
    log("begins", request.node.originalname)
    yield
    log("ends", request.node.originalname)
"""

ALONE = f"""{LOGS}
@pytest.mark.parametrize("number", range(2))
def test_alone(number) -> None:
    pass
"""

OTHERS = f"""{LOGS}
@pytest.mark.parametrize("number", range(5))
def test_other(number) -> None:
    until = time.monotonic() + 0.5
    while "alone" not in LOG.read_text() and time.monotonic() < until:
        time.sleep(0.01)
    if number == 3:
        log("ends", "test_other")
        os._exit(1)
"""


def test_what_is_left_behind_is_a_failure(tmp_path: Path) -> None:
    done = run_pytest(tmp_path, LEAVES_SOMETHING_BEHIND)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout + done.stderr
    assert "3 failed" in done.stdout
    for shown in ("ZeroDivisionError", "unclosed <socket", "DeprecationWarning: old"):
        assert shown in done.stdout


@wine_differs("of a process that ends itself, what it writes last is lost")
def test_what_hangs_is_ended_and_says_where_and_the_others_go_on(tmp_path: Path) -> None:
    done = run_pytest(tmp_path, HANGS, "-n2", "-o", f"faulthandler_timeout={5 * SLOWER:g}")
    assert "3 failed, 6 passed" in done.stdout, done.stdout + done.stderr
    assert "crashed while running 'test_it.py::test_hangs'" in done.stdout
    assert "crashed while running 'test_it.py::test_fails_and_hangs'" in done.stdout
    for place in ("in test_hangs", "in hangs_when_taken_down"):
        assert place in done.stderr


def test_without_xdist_tests_run_as_well(tmp_path: Path) -> None:
    done = run_pytest(tmp_path, "def test_it(): pass", "-p", "no:xdist")
    assert "1 passed" in done.stdout, done.stdout + done.stderr


def test_without_a_time_limit_a_failure_is_one(tmp_path: Path) -> None:
    done = run_pytest(tmp_path, "def test_it(): assert False", "-o", "faulthandler_timeout=0")
    assert "1 failed" in done.stdout, done.stdout + done.stderr


def test_what_is_to_run_alone_does_after_the_others(tmp_path: Path) -> None:
    """Also where another test ends its worker."""
    (tmp_path / "test_alone.py").write_text(ALONE, encoding="utf-8")
    done = run_pytest(tmp_path, OTHERS, "-n3")
    assert "1 failed, 6 passed" in done.stdout, done.stdout + done.stderr
    assert "crashed while running 'test_it.py::test_other[3]'" in done.stdout
    log = (tmp_path / "log").read_text(encoding="utf-8").splitlines()
    assert sorted(log[:10]) == ["begins test_other"] * 5 + ["ends test_other"] * 5
    assert log[10:] == ["begins test_alone", "ends test_alone"] * 2


def test_whoever_starts_all_tests_reads_how_exercises_are_checked(tmp_path: Path) -> None:
    shutil.copy(PYPROJECT, tmp_path)
    (tmp_path / "tests").mkdir()
    advice = "exercises are checked by: pytest exercises/"
    for named in ((), (".",)):
        done = run_pytest(tmp_path / "tests", "def test_it(): pass", "-n0", cwd=tmp_path, names=named)
        assert "1 passed" in done.stdout, done.stdout + done.stderr
        assert (advice in done.stdout) == (not named)


def run_pytest(
    folder: Path, test: str, *options: str, cwd: Path | None = None, names: tuple[str, ...] = (".",)
) -> subprocess.CompletedProcess[str]:
    """Run `test`, and what else is in `folder`, with the settings of this project and the hooks of its tests.

    `names`: what is named on the command line, in `cwd`, or in `folder`.
    """
    (folder / "test_it.py").write_text(test, encoding="utf-8")
    (folder / "conftest.py").write_text("from tests.conftest import *", encoding="utf-8")
    settings = cwd / PYPROJECT.name if cwd else PYPROJECT
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-c", str(settings), "-p", "no:cacheprovider", *options, *names],
        cwd=cwd or folder,
        env=os.environ | {"PYTHONPATH": str(PYPROJECT.parent)},
        capture_output=True,
        text=True,
        timeout=100 * SLOWER,
        check=False,
    )
