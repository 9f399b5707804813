"""The pytest hooks of a worker: a process that makes the checks, and may die of one of them (see `workers`)."""

from __future__ import annotations

import gc
import os
from collections import Counter
from functools import partial
from os import _exit  # a name of its own: the code under check may replace os's
from pathlib import Path
from typing import Any

import pytest

from chatlab.grading.course import Settings
from chatlab.grading.pytest_plugin.checks import Grader
from chatlab.grading.pytest_plugin.journal import Journal

INPUT = "chatlab"  # what a worker is told, within xdist's workerinput


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


def _let_go(io: Any) -> None:
    """Let go of the worker's pipes, in a child that the code under check has forked: the worker's end is noticed only
    when nobody holds them.
    """
    nowhere = os.open(os.devnull, os.O_RDWR)
    for file in (io.infile, io.outfile):
        # Closing them could wait for a lock that a thread held, which the child does not have.
        os.dup2(nowhere, file.fileno())
    os.close(nowhere)
