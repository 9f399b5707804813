"""The pytest hooks that make the checks: each runs as an Attempt, and its report says a State.

A check is a test in an exercise's own file. The first one is the basic one: until it is done, those below it wait. They
also wait when two of them had to be stopped, as each of these takes the whole limit. pytest itself sees done as passed,
not yet right as failed, not started and waiting as skipped. Tests of no exercise are left alone.

Where the checks of an exercise stand each for itself (`each` in chatlab.grading.course), none waits.
"""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from chatlab.grading.attempt.attempt import Attempt
from chatlab.grading.attempt.learner_file import Names
from chatlab.grading.attempt.time_limit import pass_over_stopped_threads
from chatlab.grading.course import Settings
from chatlab.grading.pytest_plugin.journal import Journal
from chatlab.grading.verdict import GRADE, State

ATTEMPT = pytest.StashKey[Attempt]()
STUCK_CHECKS = 2  # of an exercise; the rest of it then waits
SLACK = 3.0  # seconds beyond the limit, for what is around a check


@dataclass(eq=False)
class Grader:
    """Makes the checks. From earlier workers it knows in `done` the exercises whose basic check is done, and in
    `stopped` how many checks of each exercise had to be stopped. `journal`: None if this process is the only one.
    """

    settings: Settings
    done: set[str] = field(default_factory=set)
    stopped: Counter[str] = field(default_factory=Counter)
    journal: Journal | None = None
    _basic: dict[str, Attempt] = field(default_factory=dict)

    @pytest.fixture
    def attempt(self, request: pytest.FixtureRequest) -> Attempt:
        """`attempt.did(…)` says what the check is doing; see Attempt."""
        node: pytest.Item = request.node
        return node.stash[ATTEMPT]

    @pytest.fixture
    def learner(self, attempt: Attempt) -> Names:
        """The learner's functions and classes: `learner.greet(…)`."""
        return attempt.learner

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        folder, private = self.settings.folder, self.settings.private
        asked_for = {item.path.name for item in items if item.path.parent == folder}
        items[:] = [item for item in items if item.path.parent != private or item.path.name in asked_for]
        for item in items:
            exercise = next((e for e in self.settings.exercises if e.checks == item.path.name), None)
            if exercise and item.path.parent in (folder, private):
                name = item.name.partition("[")[0]
                attempt = item.stash[ATTEMPT] = Attempt(exercise, name, _title(item), item.path.parent, self.settings)
                self._basic.setdefault(exercise.name, attempt)
                item.add_marker(pytest.mark.filterwarnings("ignore"))  # whatever this project's own tests want
                attempt.on_news = self._note
                attempt.on_sign = self._expect_a_sign

    def pytest_sessionstart(self) -> None:
        pass_over_stopped_threads()
        if self.journal:
            self.journal.take_faults()  # pytest has set it up otherwise until here

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
        attempt = item.stash.get(ATTEMPT, None)
        if attempt is None:
            return None
        if not attempt.is_private:  # of a private check, nobody is told more than its report
            item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        self._expect_a_sign(self.settings.limit)
        self._note(attempt)
        attempt.begin()
        reports = runtestprotocol(item, log=False, nextitem=nextitem)
        self._expect_a_sign(self.settings.limit)
        attempt.finish()
        if attempt.was_stuck:
            self.stopped[attempt.exercise.name] += 1
        item.ihook.pytest_runtest_logreport(report=_report(attempt, reports))
        if self.journal:
            self.journal.rest()
        if not attempt.is_private:
            item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        if attempt := item.stash.get(ATTEMPT, None):
            name = attempt.exercise.name
            if attempt.exercise.each:
                return
            basic = self._basic[name]
            if basic is not attempt and basic.state is not State.DONE and name not in self.done:
                pytest.skip("waits for the first check of the exercise")
            if self.stopped[name] >= STUCK_CHECKS:
                pytest.skip("waits for the checks that had to be stopped")

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Generator[None, object, object]:
        if attempt := pyfuncitem.stash.get(ATTEMPT, None):
            pyfuncitem.obj = partial(self._make, attempt, pyfuncitem.obj)
        return (yield)

    def _make(self, attempt: Attempt, check: Callable[..., None], /, **fixtures: Any) -> None:
        attempt.run(partial(check, **fixtures))
        self._expect_a_sign(self.settings.limit)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        attempt = item.stash.get(ATTEMPT, None)
        if attempt and report.failed and call.excinfo:
            attempt.fail(call.excinfo.value)
        return report

    def _expect_a_sign(self, left: float) -> None:
        """`left`: seconds until the check is over."""
        if self.journal:
            self.journal.expect_a_sign_within(left + SLACK)

    def _note(self, attempt: Attempt) -> None:
        if self.journal:
            self.journal.write(
                {"exercise": attempt.exercise.name, "doing": attempt.doing, "result": attempt.result.to_json()}
            )


def _report(attempt: Attempt, reports: list[pytest.TestReport]) -> pytest.TestReport:
    """One report for the whole check: that of the phase that did not pass, or else that of the call."""
    report = next((report for report in reports if not report.passed), reports[1 % len(reports)])
    report.sections.clear()
    vars(report)[GRADE] = attempt.exercise.name, attempt.result.to_json()
    match attempt.state:
        case State.NOT_YET_RIGHT | State.NOT_HANDED_IN:
            report.outcome, report.longrepr = "failed", str(attempt.result.message or "A private check did not pass.")
        case State.NOT_STARTED:
            report.outcome, report.longrepr = "skipped", (str(attempt.file.path), 1, str(attempt.message))
    return report


def _title(item: pytest.Item) -> str:
    """What the check checks: the first line of its docstring."""
    documentation = inspect.getdoc(getattr(item, "function", None)) or item.name
    return documentation.splitlines()[0]
