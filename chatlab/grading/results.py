"""The pytest hooks that collect how the checks went, and say it: on the terminal, in files, by the exit code.

The exit code is 0 only if all that was asked for is done.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from chatlab.grading.grades import GRADE, CheckResult, Grade
from chatlab.grading.gradescope import results_json
from chatlab.grading.settings import Settings
from chatlab.grading.table import write_summary
from chatlab.grading.verdict import State

LETTERS = {State.DONE: ".", State.NOT_YET_RIGHT: "x", State.NOT_STARTED: "-", State.WAITING: "w"}
COLOURS = {State.DONE: "green", State.NOT_YET_RIGHT: "red", State.NOT_STARTED: "yellow", State.WAITING: "yellow"}


@dataclass(eq=False)
class Results:
    """`grades_file`, `gradescope_file`: where to write the grades as JSON; None for nowhere."""

    settings: Settings
    grades_file: Path | None
    gradescope_file: Path | None
    _results: dict[str, list[CheckResult]] = field(default_factory=dict)
    _start: float = field(default_factory=time.monotonic)

    def pytest_report_teststatus(
        self, report: pytest.TestReport
    ) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
        if GRADE not in vars(report):
            return None
        state = State(vars(report)[GRADE][1]["state"])
        return state.value, LETTERS[state], (state.value.upper(), {COLOURS[state]: True})

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if GRADE in vars(report):
            name, data = vars(report)[GRADE]
            results, result = self._results.setdefault(name, []), CheckResult.from_json(data)
            results.append(result)
            if result.is_private:  # nobody who reads the report after this learns its name
                number = sum(result.is_private for result in results)
                report.location = (f"test_{name}.py", 0, f"private check {number}")
                report.nodeid = f"test_{name}.py::private check {number}"

    @property
    def grades(self) -> list[Grade]:
        """Of the exercises that were asked for, in the order of the course."""
        graded = [exercise for exercise in self.settings.exercises if exercise.name in self._results]
        return [Grade(exercise, tuple(self._results[exercise.name])) for exercise in graded]

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        grades = self.grades
        if self.grades_file:
            _write(self.grades_file, [grade.to_json() for grade in grades])
        if self.gradescope_file:
            _write(self.gradescope_file, results_json(grades, time.monotonic() - self._start))
        if session.exitstatus == pytest.ExitCode.OK and any(grade.state is not State.DONE for grade in grades):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
        if self.grades:
            here = config.invocation_params.dir
            write_summary(terminalreporter, self.grades, self.settings.submission, self.settings.folder, here)


def _write(file: Path, data: object) -> None:
    file.write_text(json.dumps(data, indent=1), encoding="utf-8")
