"""The pytest hooks of the grader: each check of an exercise runs as an Attempt, and its report says a State.

A check is a test in an exercise's own file. The first in the file is the basic one: until it is done, those below
it wait. pytest itself sees done as passed, not yet right as failed, not started and waiting as skipped; its exit
code is 0 only if all is done. Tests that belong to no exercise are left alone.

What never lets another thread run (`10 ** 10 ** 10`) defeats an Attempt's limit. Then, as a last resort, faulthandler
says where each thread is and ends the process.
"""

from __future__ import annotations

import faulthandler
import inspect
import os
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from chatlab.grading.attempt import Attempt
from chatlab.grading.grades import CheckResult, Grade, dump_grades
from chatlab.grading.learner import Names
from chatlab.grading.manifest import Exercise
from chatlab.grading.table import write_summary
from chatlab.grading.verdict import State

ATTEMPT = pytest.StashKey[Attempt]()
GRADE = "grade"  # the attribute of a report that holds the exercise and the result of the check, JSON alone
LETTERS = {State.DONE: ".", State.NOT_YET_RIGHT: "x", State.NOT_STARTED: "-", State.WAITING: "w"}
COLOURS = {State.DONE: "green", State.NOT_YET_RIGHT: "red", State.NOT_STARTED: "yellow", State.WAITING: "yellow"}


@dataclass(eq=False)
class Grader:
    """`folder`: where the checks are. `submission`: where the files to check are. `limit`: seconds for a check."""

    exercises: tuple[Exercise, ...]
    folder: Path
    submission: Path
    limit: float
    tracebacks: bool
    grades_file: Path | None
    _basic: dict[str, Attempt] = field(default_factory=dict)
    _results: dict[str, dict[str, CheckResult]] = field(default_factory=dict)
    _stderr: int = field(default_factory=lambda: os.dup(2))  # as it is before pytest captures it

    def pytest_unconfigure(self) -> None:
        os.close(self._stderr)

    @pytest.fixture
    def attempt(self, request: pytest.FixtureRequest) -> Attempt:
        """`attempt.did(…)` says what the check is doing; `attempt.printed` is what the learner's code printed."""
        attempt: Attempt = request.node.stash[ATTEMPT]
        return attempt

    @pytest.fixture
    def learner(self, attempt: Attempt) -> Names:
        """The learner's functions and classes: `learner.greet(…)`."""
        return attempt.learner

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        by_file = {self.folder / exercise.checks: exercise for exercise in self.exercises}
        for item in items:
            if exercise := by_file.get(item.path):
                attempt = item.stash[ATTEMPT] = Attempt(
                    exercise, _title(item), self.submission, self.limit, self.tracebacks
                )
                self._basic.setdefault(exercise.name, attempt)
                item.add_marker(pytest.mark.filterwarnings("ignore"))  # whatever this project's own tests want

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self) -> Generator[None, object, object]:
        faulthandler.dump_traceback_later(3 * self.limit + 1, exit=True, file=self._stderr)
        try:
            return (yield)
        finally:
            faulthandler.cancel_dump_traceback_later()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        attempt = item.stash.get(ATTEMPT, None)
        basic = self._basic[attempt.exercise.name] if attempt else None
        if basic is not attempt and basic and basic.state is not State.DONE:
            pytest.skip("waits for the first check of the exercise")

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Generator[None, object, object]:
        if attempt := pyfuncitem.stash.get(ATTEMPT, None):
            pyfuncitem.obj = partial(_make, attempt, pyfuncitem.obj)
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if attempt := item.stash.get(ATTEMPT, None):
            if report.failed and call.excinfo:
                attempt.fail(call.excinfo.value)
            if report.when == "call" or not report.passed:
                vars(report)[GRADE] = attempt.exercise.name, attempt.result.to_json()
        return report

    def pytest_report_teststatus(
        self, report: pytest.TestReport
    ) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
        if GRADE not in vars(report):
            return None
        state = State(vars(report)[GRADE][1]["state"])
        return state.value, LETTERS[state], (state.value.upper(), {COLOURS[state]: True})

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if GRADE in vars(report):
            name, result = vars(report)[GRADE]
            self._results.setdefault(name, {})[report.nodeid] = CheckResult.from_json(result)

    @property
    def grades(self) -> list[Grade]:
        """Of the exercises that were asked for, in the order of the course."""
        graded = [exercise for exercise in self.exercises if exercise.name in self._results]
        return [Grade(exercise, tuple(self._results[exercise.name].values())) for exercise in graded]

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.grades_file:
            self.grades_file.write_text(dump_grades(self.grades), encoding="utf-8")
        if session.exitstatus == pytest.ExitCode.OK and any(g.state is not State.DONE for g in self.grades):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
        if self.grades:
            here = config.invocation_params.dir
            write_summary(terminalreporter, self.grades, self.submission, self.folder, here)


def _make(attempt: Attempt, check: Callable[..., None], /, **fixtures: object) -> None:
    attempt.run(partial(check, **fixtures))
    if attempt.state is State.NOT_STARTED:
        pytest.skip(str(attempt.message))
    if attempt.state is not State.DONE:
        pytest.fail(str(attempt.message), pytrace=False)


def _title(item: pytest.Item) -> str:
    """What the check checks: the first line of its docstring."""
    documentation = inspect.getdoc(getattr(item, "function", None)) or item.name
    return documentation.splitlines()[0]
