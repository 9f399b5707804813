"""The command line of the grader, as options of pytest. `exercises/conftest.py` brings it in."""

from __future__ import annotations

import math
import os
import sys
import warnings
from pathlib import Path

import pytest
import xdist.plugin

from chatlab.grading.course import Exercise, Settings, find_folder, read_manifest
from chatlab.grading.private_checks import misnamed
from chatlab.grading.pytest_plugin.files import files_in
from chatlab.grading.pytest_plugin.hint import hint
from chatlab.grading.pytest_plugin.results import Results
from chatlab.grading.pytest_plugin.worker import grader_in, told_to_worker
from chatlab.grading.pytest_plugin.workers import start_in
from chatlab.service.options import from_to


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    group = parser.getgroup("exercises", "the exercises of the course")
    group.addoption("--submission", metavar="DIR", help="check the exercises in DIR instead of those beside the checks")
    group.addoption("--hint", metavar="EXERCISE", help="print a hint and check nothing: ex00, then ex00:2, ex00:3")
    group.addoption("--tracebacks", action="store_true", help="show Python's tracebacks as well")
    seconds = from_to(0.01, math.inf, float)
    group.addoption("--limit", metavar="SECONDS", type=seconds, default=5.0, help="for each check (default: 5)")
    group.addoption("--checks", metavar="DIR", help="make the private checks in DIR as well, which are not shown")
    group.addoption("--show-private", action="store_true", help="show private checks too: for the teacher's eyes")
    group.addoption("--grades", metavar="FILE", help="write the grades to FILE as JSON")
    group.addoption("--progress", metavar="FILE", help="write to FILE which check is being made, a line of JSON each")
    group.addoption("--gradescope", metavar="FILE", help="write the grades to FILE as Gradescope's results.json")
    if not pluginmanager.is_registered(xdist.plugin):  # by itself, as plugins usually are
        pluginmanager.register(xdist.plugin, "chatlab-xdist")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    folder, exercises = _exercises(config)
    # A learner who has just read a stub types its name.
    checks = {folder / exercise.file: folder / exercise.checks for exercise in exercises}
    config.args[:] = [str(checks.get(_absolute(config, argument), argument)) for argument in config.args]
    told = told_to_worker(config)
    # A worker may come after an answer that has removed it.
    submission = (_path if told else _folder)(config, "submission") or folder
    private = _folder(config, "checks")
    files = files_in(config, submission, folder, exercises, told)
    if private:
        if private.resolve() == folder.resolve():
            raise pytest.UsageError("--checks: private checks are in a folder of their own, not beside the exercises")
        if problem := misnamed(private, exercises):
            raise pytest.UsageError(f"--checks {config.getoption('checks')}: {problem}")
        config.args.append(str(private))
    # pytest puts the folder of a conftest.py first on the path, where a learner's socket.py would hide Python's own.
    folders = {folder, submission, *(path.parent for path in files.paths.values())}
    sys.path[:] = [entry for entry in sys.path if Path(entry) not in folders]
    config.option.importmode = "importlib"
    warnings.simplefilter("ignore")  # what a learner's code leaves behind must not end the run when pytest tidies up
    config.addinivalue_line("filterwarnings", "ignore::pytest.PytestCacheWarning")  # of a course that is read-only
    settings = Settings(
        exercises=exercises,
        folder=folder,
        private=private,
        shows_private=config.getoption("show_private"),
        paths=files.paths,
        doubts=files.doubts,
        contents=files.contents,
        limit=config.getoption("limit"),
        tracebacks=config.getoption("tracebacks"),
    )
    config.pluginmanager.register(grader_in(config, settings), "chatlab-grader")
    if not hasattr(config, "workerinput"):
        grades, gradescope, progress = (_file(config, name) for name in ("grades", "gradescope", "progress"))
        results = Results(settings, grades, gradescope, progress)
        config.pluginmanager.register(results, "chatlab-results")
        start_in(config, settings)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    wanted = config.getoption("hint")
    if wanted is None:
        return None
    text = hint(_exercises(config)[1], wanted)
    capture = config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():  # what is captured, pytest writes as UTF-8, whatever the terminal reads
        print(text.encode(sys.stdout.encoding, "replace").decode(sys.stdout.encoding))
    return pytest.ExitCode.OK


def _path(config: pytest.Config, option: str) -> Path | None:
    chosen: str | None = config.getoption(option)
    return _absolute(config, chosen) if chosen else None


def _absolute(config: pytest.Config, path: str) -> Path:
    """As pytest has it: without `..`, and without following links."""
    return Path(os.path.abspath(config.invocation_params.dir / path))  # noqa: PTH100 - resolve() follows links


def _file(config: pytest.Config, option: str) -> Path | None:
    """Raises UsageError if there is no folder for it."""
    file = _path(config, option)
    if file and not file.parent.is_dir():
        raise pytest.UsageError(f"--{option} {config.getoption(option)}: there is no folder {file.parent}")
    return file


def _folder(config: pytest.Config, option: str) -> Path | None:
    """Raises UsageError if there is none of that name."""
    folder = _path(config, option)
    if folder and not folder.is_dir():
        raise pytest.UsageError(f"--{option} {config.getoption(option)}: there is no such folder")
    return folder


def _exercises(config: pytest.Config) -> tuple[Path, tuple[Exercise, ...]]:
    """The folder of the first argument that lies in the exercises, and what its manifest lists. Raises UsageError."""
    for argument in config.args or ["."]:  # with --help there are none
        try:
            folder = find_folder(_absolute(config, argument.partition("::")[0]))
            return folder, read_manifest(folder)
        except LookupError as error:
            reason = error.args[0]
    raise pytest.UsageError(reason)
