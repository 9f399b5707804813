"""The pytest hooks that collect how the checks went, and say it: on the terminal, in files, by the exit code.

The exit code is 0 only if all that was asked for is done.
"""

from __future__ import annotations

import ast
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import pytest

from chatlab.grading.attempt.attempt import PRIVATE
from chatlab.grading.attempt.source import parsed
from chatlab.grading.course import Exercise, Settings
from chatlab.grading.grade import Grade
from chatlab.grading.reports.gradescope import results_json
from chatlab.grading.reports.terminal_table import write_summary
from chatlab.grading.verdict import GRADE, CheckResult, Progress, State

Made = dict[tuple[bool, str], list[CheckResult]]  # by whether it is private, and the function
LETTERS = {
    State.DONE: ".",
    State.NOT_YET_RIGHT: "x",
    State.NOT_HANDED_IN: "?",
    State.NOT_STARTED: "-",
    State.WAITING: "w",
}
COLOURS = {
    State.DONE: "green",
    State.NOT_YET_RIGHT: "red",
    State.NOT_HANDED_IN: "red",
    State.NOT_STARTED: "yellow",
    State.WAITING: "yellow",
}


@dataclass(eq=False)
class Results:
    """`grades_file`, `gradescope_file`: where to write the grades as JSON; None for nowhere. `progress_file`: where to
    write a line about each check that begins.
    """

    settings: Settings
    grades_file: Path | None
    gradescope_file: Path | None
    progress_file: Path | None
    _results: dict[str, Made] = field(default_factory=dict)  # by the exercise
    _start: float = field(default_factory=time.monotonic)
    _number: int = 0  # of checks to be made, the private ones among them

    def pytest_report_teststatus(
        self, report: pytest.TestReport
    ) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
        if GRADE not in vars(report):
            return None
        state = State(vars(report)[GRADE][1]["state"])
        return state.value, LETTERS[state], (state.value.upper(), {COLOURS[state]: True})

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        self._number = len(ids)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        if self.progress_file:
            path, _, name = nodeid.partition("::")
            title = _titles(self.settings.folder / Path(path).name).get(name.partition("[")[0], name)
            made = sum(len(results) for made in self._results.values() for results in made.values())
            with self.progress_file.open("a", encoding="utf-8") as sink:
                sink.write(json.dumps(Progress(made + 1, self._number, title)) + "\n")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if GRADE in vars(report):
            name, data = vars(report)[GRADE]
            made, result = self._results.setdefault(name, {}), CheckResult.from_json(data)
            function = report.nodeid.split("::")[-1].partition("[")[0]
            made.setdefault((result.is_private, function), []).append(result)
            if result.is_private:  # nobody who reads the report after this learns its name
                number = sum(len(results) for (is_private, _), results in made.items() if is_private)
                report.location = (f"test_{name}.py", 0, f"private check {number}")
                report.nodeid = f"test_{name}.py::private check {number}"

    @property
    def grades(self) -> list[Grade]:
        """Of the exercises that were asked for, in the order of the course."""
        graded = [exercise for exercise in self.settings.exercises if exercise.name in self._results]
        return [Grade(exercise, tuple(self._checks(exercise))) for exercise in graded]

    def _checks(self, exercise: Exercise) -> Iterator[CheckResult]:
        """Of all that there are, in the order of their files."""
        made = self._results[exercise.name]
        begins = [name for name, _ in exercise.shares]
        for is_private, folder in (False, self.settings.folder), (True, self.settings.private):
            file = folder / exercise.checks if folder else None
            titles = _titles(file) if file and file.is_file() else {}
            share = 0
            for name in dict.fromkeys([*titles, *(name for private, name in made if private == is_private)]):
                share = begins.index(name) if name in begins and not is_private else share
                hidden = is_private and not self.settings.shows_private
                unmade = CheckResult(PRIVATE if hidden else titles.get(name, name), State.WAITING, None, is_private)
                yield from (replace(result, share=share) for result in made.get((is_private, name), [unmade]))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        grades = self.grades
        if self.grades_file:
            _write(self.grades_file, [grade.to_json() for grade in grades])
        if self.gradescope_file:
            _write(self.gradescope_file, results_json(grades, time.monotonic() - self._start))
        made = (result for made in self._results.values() for results in made.values() for result in results)
        if session.exitstatus == pytest.ExitCode.OK and any(result.state is not State.DONE for result in made):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
        if self.grades:
            here = config.invocation_params.dir
            write_summary(terminalreporter, self.grades, self.settings.paths, self.settings.folder, here)


def _titles(file: Path) -> dict[str, str]:
    """What each check in `file` checks, by the name of its function: the first line of its docstring."""
    return _titles_in(file.read_text(encoding="utf-8"))


@lru_cache  # it is asked for each check that begins
def _titles_in(source: str) -> dict[str, str]:
    try:
        statements = parsed(source).body
    except SyntaxError:  # pytest itself says so
        return {}
    return {
        node.name: (ast.get_docstring(node) or node.name).splitlines()[0]
        for node in statements
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def _write(file: Path, data: object) -> None:
    file.write_text(json.dumps(data, indent=1), encoding="utf-8")
