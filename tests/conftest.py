"""For all tests: they run in parallel, each within a time limit, and at the end it is said how long each part took.

In CI, where everything is there that a test may need, a skip fails. No room may fail unseen.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
from collections import defaultdict
from collections.abc import Generator, Iterator
from itertools import chain
from pathlib import Path
from typing import TypeVar

import pytest
from xdist.remote import Producer

from chatlab.service.service import Service
from tests.scheduler import BUSY, AloneLast
from tests.systems import NOT_HERE, WINE

# Most tests wait most of the time. Those that are BUSY do not, and start first. With three, races were likelier.
WORKERS_PER_PROCESSOR = 2
LONGEST = "grading"

# As in a terminal in which this Python is the active one: then the programs call it `python`.
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"

# A copy of the file descriptor of standard error: where it is said what hangs.
STDERR = pytest.StashKey[int]()

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """All tests run in parallel; what is asked for by name, as the command line says."""
    options = config.option
    if _is_everything(config) and options.numprocesses is None and not (options.usepdb or options.collectonly):
        options.numprocesses = WORKERS_PER_PROCESSOR * (os.cpu_count() or 1)


def pytest_report_header(config: pytest.Config) -> str | None:
    advice = "all tests of chatlab itself; exercises are checked by: pytest exercises/"
    return advice if _is_everything(config) else None


def _is_everything(config: pytest.Config) -> bool:
    return config.args_source is pytest.Config.ArgsSource.TESTPATHS and not hasattr(config, "workerinput")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[STDERR] = os.dup(2)  # pytest captures what is written to 2 while a test runs


def pytest_unconfigure(config: pytest.Config) -> None:
    faulthandler.cancel_dump_traceback_later()
    os.close(config.stash[STDERR])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> AloneLast | None:
    return AloneLast(config, log) if config.option.dist == "load" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that are BUSY, then a mixture of the grader's tests, which take the longest, and the others."""
    folders = defaultdict[str, list[pytest.Item]](list)
    for item in items:
        folder = item.path.parent.name
        folders[folder if folder in (*BUSY, LONGEST) else ""].append(item)
    first = [folders.pop(folder, []) for folder in BUSY]
    folders[LONGEST].reverse()  # by their names, its longest are the last
    places = [(n / len(tests), item) for tests in folders.values() for n, item in enumerate(tests)]
    mixture = [item for _, item in sorted(places, key=lambda place: place[0])]
    items[:] = [*chain(*first), *mixture]


@pytest.hookimpl(trylast=True)
def pytest_exception_interact(node: pytest.Item | pytest.Collector) -> None:
    """pytest lifts the time limit when a test fails. But what it takes down then may hang as well."""
    if isinstance(node, pytest.Item):
        seconds = float(node.config.getini("faulthandler_timeout") or 0)
        if seconds > 0:
            faulthandler.dump_traceback_later(seconds, file=node.config.stash[STDERR], exit=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _no_skip((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _no_skip((yield))


@pytest.fixture
def services_may_fail() -> None:
    """For a test that makes them fail."""


@pytest.fixture(autouse=True)
def no_service_fails(request: pytest.FixtureRequest) -> Iterator[None]:
    """A service catches the errors of its threads, so pytest does not see them; here they fail the test."""
    failures: list[BaseException] = []
    with pytest.MonkeyPatch.context() as patch:
        if "services_may_fail" not in request.fixturenames:
            fail = Service._fail

            def note(service: Service, error: BaseException) -> None:
                failures.append(error)
                fail(service, error)

            patch.setattr(Service, "_fail", note)
        yield
    assert not failures


@pytest.fixture(autouse=True)
def no_event_loop_takes_the_signals() -> Iterator[None]:
    """On Windows, a loop that the main thread makes takes them, and gives them back if that thread closes it."""
    yield
    assert signal.set_wakeup_fd(-1) == -1


@pytest.fixture
def signals_of_a_terminal() -> Iterator[None]:
    """Children inherit what is ignored: SIGINT where a shell has us in the background, SIGHUP under nohup."""
    before = [(signal.SIGINT, signal.signal(signal.SIGINT, signal.default_int_handler))]
    if sys.platform != "win32":
        before.append((signal.SIGHUP, signal.signal(signal.SIGHUP, signal.SIG_DFL)))
    yield
    for number, handler in before:
        signal.signal(number, handler)


def _no_skip(report: Report) -> Report:
    if report.outcome == "skipped" and os.environ.get("CI") and not _is_of_the_system(report.longrepr):
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not take: {report.longrepr}"
    return report


def _is_of_the_system(longrepr: object) -> bool:
    """Whether a test was skipped for a reason of tests/systems.py. A skip is told as (file, line, reason)."""
    return isinstance(longrepr, tuple) and str(longrepr[2]).startswith((f"Skipped: {WINE}", f"Skipped: {NOT_HERE}"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The seconds of each folder of tests, the longest first."""
    seconds: defaultdict[str, float] = defaultdict(float)
    for report in (report for reports in terminalreporter.stats.values() for report in reports):
        if isinstance(report, pytest.TestReport):
            seconds[report.nodeid.partition("::")[0].rpartition("/")[0]] += report.duration
    if len(seconds) > 1:
        terminalreporter.section("seconds of each part")
        for part, duration in sorted(seconds.items(), key=lambda item: -item[1]):
            terminalreporter.write_line(f"{duration:6.0f}  {part}")
