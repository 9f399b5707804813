"""The pytest hooks that have the checks made in a worker: a process that may die, and that pytest-xdist replaces then.

The worker keeps a journal, whose last words say which check ended it, and how. Only that check is lost: the next worker
is told what was done before, and goes on with the next check.
"""

from __future__ import annotations

import gc
import os
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from chatlab.grading.attempt.attempt import PRIVATE
from chatlab.grading.course import Settings, find_exercise
from chatlab.grading.pytest_plugin.files import to_worker
from chatlab.grading.pytest_plugin.last_words import LastWords
from chatlab.grading.pytest_plugin.scheduler import InOrder
from chatlab.grading.pytest_plugin.worker import INPUT
from chatlab.grading.verdict import GRADE, CheckResult, State

MOST_WORKERS = 1000
QUICK_START = "-p no:hypothesispytest -p no:anyio"  # plugins that are slow to import, and that no check uses


def start_in(config: pytest.Config, settings: Settings) -> None:
    """Plan for workers, one after the other; -n 0, or a debugger, makes the checks in this process."""
    if config.option.numprocesses != 0 and not config.option.usepdb and not config.option.collectonly:
        config.option.tx = ["popen"]
        config.option.dist = "load"
        config.option.maxworkerrestart = str(MOST_WORKERS)
        config.pluginmanager.register(Workers(settings), "chatlab-workers")


@dataclass(eq=False)
class Workers:
    """What the workers have done so far."""

    settings: Settings
    _done: set[str] = field(default_factory=set)
    _stopped: Counter[str] = field(default_factory=Counter)
    _environment: pytest.MonkeyPatch = field(default_factory=pytest.MonkeyPatch)
    _journals: TemporaryDirectory[str] = field(
        default_factory=lambda: TemporaryDirectory(prefix="chatlab-", ignore_cleanup_errors=True)
    )

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        gc.freeze()
        self._environment.setenv("PYTEST_ADDOPTS", f"{os.environ.get('PYTEST_ADDOPTS', '')} {QUICK_START}")
        # Python puts the current folder on a worker's path, where a learner's socket.py would hide its own.
        self._environment.setenv("PYTHONSAFEPATH", "1")
        # Nobody who checks an exercise wants to read of workers.
        plugins = session.config.pluginmanager
        plugins.unregister(name="terminaldistreporter")
        if distributed := plugins.get_plugin("dsession"):
            distributed.terminal = None

    def pytest_unconfigure(self) -> None:
        self._environment.undo()
        self._journals.cleanup()

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self) -> InOrder:
        return InOrder()

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput[INPUT] = {
            "journal": str(self._journal(node)),
            "done": sorted(self._done),
            "stopped": dict(self._stopped),
            **to_worker(self.settings),
        }

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if GRADE in vars(report):
            name, result = vars(report)[GRADE]
            if result["state"] == State.DONE.value:
                self._done.add(name)

    @pytest.hookimpl(optionalhook=True)
    def pytest_handlecrashitem(self, crashitem: str, report: pytest.TestReport) -> None:
        words = LastWords.read(self._journal(vars(report)["node"]))
        file, _, check = crashitem.partition("::")
        private = self.settings.private is not None  # the name alone doesn't tell whether it is
        record = words.record or {
            "exercise": Path(file).stem.removeprefix("test_"),
            "doing": f"Made the check {check}.",
            "result": CheckResult(PRIVATE if private else check, State.WAITING, None, is_private=private).to_json(),
        }
        exercise = find_exercise(self.settings.exercises, record["exercise"])
        result = CheckResult.from_json(record["result"])
        if result.message is None and not result.is_private:
            message = words.message(record["doing"], exercise, check.partition("[")[0], self.settings)
            result = CheckResult(result.title, State.NOT_YET_RIGHT, message)
        if words.was_stuck:
            self._stopped[exercise.name] += 1
        vars(report)[GRADE] = exercise.name, replace(result, state=State.NOT_YET_RIGHT).to_json()
        report.when, report.longrepr = "call", str(result.message or PRIVATE)

    def _journal(self, node: Any) -> Path:
        return Path(self._journals.name, node.gateway.id)
