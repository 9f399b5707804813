"""The command line of the grader, as options of pytest. `exercises/conftest.py` brings it in."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import pytest

from chatlab.grading.grader import Grader
from chatlab.grading.manifest import Exercise, find_exercise, find_folder, read_manifest


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("exercises", "the exercises of the course")
    group.addoption("--submission", metavar="DIR", help="check the exercises in DIR instead of those beside the checks")
    group.addoption("--hint", metavar="EXERCISE", help="print a hint and check nothing: ex00, then ex00:2, ex00:3")
    group.addoption("--tracebacks", action="store_true", help="show Python's tracebacks as well")
    group.addoption("--limit", metavar="SECONDS", type=float, default=5.0, help="for each check (default: 5)")
    group.addoption("--grades", metavar="FILE", help="write the grades to FILE as JSON")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    folder = _exercises_folder(config)
    chosen = config.getoption("submission")
    submission = config.invocation_params.dir / chosen if chosen else folder
    if not submission.is_dir():
        raise pytest.UsageError(f"--submission {chosen}: there is no such folder")
    if submission.resolve() != folder.resolve():
        _leave_out(config, submission)
    # pytest puts the folder of a conftest.py first on the path, where a learner's socket.py would hide Python's own.
    sys.path[:] = [entry for entry in sys.path if Path(entry) not in (folder, submission)]
    config.option.importmode = "importlib"
    warnings.simplefilter("ignore")  # what a learner's code leaves behind must not end the run when pytest tidies up
    grades = config.getoption("grades")
    grader = Grader(
        exercises=read_manifest(folder),
        folder=folder,
        submission=submission,
        limit=config.getoption("limit"),
        tracebacks=config.getoption("tracebacks"),
        grades_file=config.invocation_params.dir / grades if grades else None,
    )
    config.pluginmanager.register(grader, "chatlab-grader")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    wanted = config.getoption("hint")
    if wanted is None:
        return None
    print(_hint(read_manifest(_exercises_folder(config)), wanted))
    return pytest.ExitCode.OK


def _hint(exercises: tuple[Exercise, ...], wanted: str) -> str:
    key, _, number = wanted.partition(":")
    try:
        exercise = find_exercise(exercises, key)
    except LookupError as error:
        raise pytest.UsageError(f"--hint {wanted}: {error.args[0]}") from None
    count = len(exercise.hints)
    if (number or "1") not in map(str, range(1, count + 1)):
        raise pytest.UsageError(f"--hint {wanted}: {key} has the hints {key}:1 to {key}:{count}")
    at = int(number or 1)
    text = f"{key} {exercise.title}, hint {at} of {count}: {exercise.hints[at - 1]}"
    return text if at == count else f"{text}\nThe next one: --hint {key}:{at + 1}"


def _exercises_folder(config: pytest.Config) -> Path:
    """The folder of the first argument that lies in the exercises."""
    for argument in config.args:
        try:
            return find_folder(config.invocation_params.dir / argument.partition("::")[0])
        except LookupError as error:
            reason = error.args[0]
    raise pytest.UsageError(reason)


def _leave_out(config: pytest.Config, submission: Path) -> None:
    """pytest takes the DIR of `--submission DIR` for a folder of tests at first, and loads a conftest.py from there."""
    for plugin in config.pluginmanager.get_plugins():
        file = getattr(plugin, "__file__", None)
        if file and Path(file).name == "conftest.py" and Path(file).is_relative_to(submission.resolve()):
            config.pluginmanager.unregister(plugin)
