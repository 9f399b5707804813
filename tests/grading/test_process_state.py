"""What one check changed for all of its process is put back before the next."""

from __future__ import annotations

import builtins
import json
import os
import queue
import random
import socket
import sys
import threading
import time
from pathlib import Path
from types import ModuleType

import pytest

from chatlab.grading.attempt.process_state import ProcessState
from tests.grading.small_course import SmallCourse


@pytest.mark.parametrize(
    ("place", "name"),
    [
        (builtins, "ascii"),
        (json, "dumps"),
        (os, "getpid"),
        (queue, "Queue"),
        (queue.Queue, "qsize"),
        (random, "randint"),
        (socket, "create_connection"),
        (socket.socket, "makefile"),
        (threading, "Timer"),
        (threading.Thread, "run"),
        (time, "monotonic"),
    ],
    ids=lambda part: part if isinstance(part, str) else part.__name__,
)
def test_a_name_that_was_replaced_is_put_back(place: ModuleType | type, name: str) -> None:
    before = getattr(place, name)
    state = ProcessState()
    try:
        setattr(place, name, None)
        state.restore()
        assert getattr(place, name) is before
    finally:
        setattr(place, name, before)


def test_a_method_that_hides_an_inherited_one_is_gone() -> None:
    inherited = socket.socket.sendto
    state = ProcessState()
    setattr(socket.socket, "sendto", None)  # noqa: B010 - as a learner does it, whatever the types say
    state.restore()
    assert "sendto" not in vars(socket.socket)
    assert socket.socket.sendto is inherited


def test_settings_are_put_back(tmp_path: Path) -> None:
    before = (socket.getdefaulttimeout(), sys.getrecursionlimit(), sys.excepthook, Path.cwd())
    state = ProcessState()
    try:
        socket.setdefaulttimeout(0.01)
        sys.setrecursionlimit(before[1] + 1)
        setattr(sys, "excepthook", None)  # noqa: B010 - as a learner does it, whatever the types say
        os.chdir(tmp_path)
        state.restore()
        assert (socket.getdefaulttimeout(), sys.getrecursionlimit(), sys.excepthook, Path.cwd()) == before
    finally:
        socket.setdefaulttimeout(before[0])
        sys.setrecursionlimit(before[1])
        sys.excepthook = before[2]
        os.chdir(before[3])


CHECKS = """
    import time
    import pytest
    @pytest.fixture
    def no_clock(monkeypatch):
        monkeypatch.setattr(time, "sleep", None)
    def test_it(no_clock, learner):
        learner.f()
    def test_next(learner):
        time.sleep(0)
        learner.f()
"""


def test_what_a_fixture_of_one_check_has_patched_is_not_there_in_the_next(tmp_path: Path) -> None:
    checks = SmallCourse(tmp_path, CHECKS, "def f():\n    pass\n").run()
    assert [check["state"] for check in checks] == ["done", "done"]
