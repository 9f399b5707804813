"""The pytest hooks that have the checks made in a worker: a process that may die, and that pytest-xdist replaces then.

The worker keeps a journal, whose last words say which check ended it, and how. Only that check is lost: the next worker
is told what was done before, and goes on with the next check.
"""

from __future__ import annotations

import gc
import os
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import partial
from linecache import getline
from os import _exit  # a name of its own: the code under check may replace os's
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from chatlab.grading.attempt.attempt import LONGEST_LINE, PRIVATE
from chatlab.grading.course import Exercise, Settings, find_exercise
from chatlab.grading.pytest_plugin.checks import Grader
from chatlab.grading.pytest_plugin.files import to_worker
from chatlab.grading.pytest_plugin.journal import Journal, LastWords
from chatlab.grading.pytest_plugin.scheduler import InOrder
from chatlab.grading.verdict import GRADE, CheckResult, Message, State
from chatlab.room.text import clean

MOST_WORKERS = 1000
QUICK_START = "-p no:hypothesispytest -p no:anyio"  # plugins that are slow to import, and that no check uses
INPUT = "chatlab"  # what a worker is told, within xdist's workerinput


def start_in(config: pytest.Config, settings: Settings) -> None:
    """Plan for workers, one after the other; -n 0, or a debugger, makes the checks in this process."""
    if config.option.numprocesses != 0 and not config.option.usepdb and not config.option.collectonly:
        config.option.tx = ["popen"]
        config.option.dist = "load"
        config.option.maxworkerrestart = str(MOST_WORKERS)
        config.pluginmanager.register(Workers(settings), "chatlab-workers")


def grader_in(config: pytest.Config, settings: Settings) -> Grader:
    """The grader of this process: a worker's, or the only one."""
    given = told_to_worker(config)
    if given is None:
        return Grader(settings)
    config.pluginmanager.register(Worker(), "chatlab-worker")
    return Grader(settings, set(given["done"]), Counter(given["stopped"]), Journal(Path(given["journal"])))


def told_to_worker(config: pytest.Config) -> dict[str, Any] | None:
    """None if this process is no worker."""
    return getattr(config, "workerinput", {}).get(INPUT)


class Worker:
    """In a worker: has the worker's end noticed, and blamed on the check that it was making."""

    _checks = False  # whether it makes checks by now

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        if hasattr(os, "register_at_fork"):  # not on Windows, where nothing is inherited
            [xdist] = (p for p in session.config.pluginmanager.get_plugins() if type(p).__name__ == "WorkerInteractor")
            os.register_at_fork(after_in_child=partial(_let_go, xdist.channel.gateway._io))

    def pytest_collection_finish(self) -> None:
        self._checks = True
        gc.freeze()  # what is there by now stays: to look at it again and again would take longer than the checks

    @pytest.hookimpl(tryfirst=True)
    def pytest_internalerror(self) -> None:
        if self._checks:  # xdist would give up the whole run
            _exit(1)


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
            message = _message(words, record["doing"], exercise, check.partition("[")[0], self.settings)
            result = CheckResult(result.title, State.NOT_YET_RIGHT, message)
        if words.was_stuck:
            self._stopped[exercise.name] += 1
        vars(report)[GRADE] = exercise.name, replace(result, state=State.NOT_YET_RIGHT).to_json()
        report.when, report.longrepr = "call", str(result.message or PRIVATE)

    def _journal(self, node: Any) -> Path:
        return Path(self._journals.name, node.gateway.id)


def _message(words: LastWords, doing: str, exercise: Exercise, check: str, settings: Settings) -> Message:
    """Of a check that ended its worker."""
    where = ""
    if line := words.line_in(exercise.file):
        number, function = line
        code = clean(getline(str(settings.paths[exercise.file]), number).strip())[:LONGEST_LINE]
        where = f"{exercise.file}, line {number}, in {function}\n    {code}"
    if words.was_stuck:
        saw = f"It had not ended after {settings.limit:g} s, and nothing could interrupt it, so its Python was ended."
        means = "A single step computes for very long, such as 10 ** 10 ** 10 or the sum of a huge range."
    elif words.fault:
        saw = f"It ended its Python: {words.fault}."
        means = "What Python code alone can't do: look at what you call by way of ctypes, os.abort or os.kill."
    else:
        saw = "It ended its Python without a word."
        means = "A program ends like that by os.kill, or when it takes more memory than there is."
    return Message(clean(doing)[:LONGEST_LINE], saw, means, where, reading=exercise.read_again(check))


def _let_go(io: Any) -> None:
    """Let go of the worker's pipes, in a child that the code under check has forked: the worker's end is noticed only
    when nobody holds them.
    """
    nowhere = os.open(os.devnull, os.O_RDWR)
    for file in (io.infile, io.outfile):
        os.dup2(
            nowhere, file.fileno()
        )  # closing them could wait for a lock that a thread held, which the child does not have
    os.close(nowhere)
