"""The files to check, found and read once, before any of them runs: no answer can do another one harm."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from chatlab.grading.attempt.source import is_plain_file
from chatlab.grading.course import Exercise, Settings
from chatlab.grading.submission import MODELS, SeveralPeople, Submission


class Files(NamedTuple):
    """See Settings."""

    paths: dict[str, Path]
    doubts: dict[str, str]
    contents: dict[str, bytes]


def files_in(
    config: pytest.Config, submission: Path, folder: Path, exercises: tuple[Exercise, ...], told: dict[str, Any] | None
) -> Files:
    """`told`: to this worker, by `to_worker`; None in any other process. Raises UsageError if `submission` is a folder
    of students' folders.
    """
    is_elsewhere = submission.resolve() != folder.resolve()
    if is_elsewhere:
        _leave_out(config, submission)
    if told:
        return Files({name: Path(path) for name, path in told["paths"].items()}, told["doubts"], told["contents"])
    paths, doubts = {exercise.file: folder / exercise.file for exercise in exercises}, dict[str, str]()
    if is_elsewhere:
        try:
            found = Submission(submission, exercises, folder.parent / MODELS)
        except SeveralPeople as error:
            given = config.getoption("submission")
            raise pytest.UsageError(
                f"--submission {given}: {error}. python -m chatlab.grading.classroom {given} grades a class"
            ) from None
        paths, doubts = found.paths, found.doubts
    contents = {}
    for name, path in paths.items():
        with suppress(OSError):  # whoever loads it says so
            if is_plain_file(path):
                contents[name] = path.read_bytes()
    return Files(paths, doubts, contents)


def to_worker(settings: Settings) -> dict[str, Any]:
    """What a worker is told: for xdist, of builtin types alone."""
    return {
        "paths": {name: str(path) for name, path in settings.paths.items()},
        "doubts": dict(settings.doubts),
        "contents": dict(settings.contents),
    }


def _leave_out(config: pytest.Config, submission: Path) -> None:
    """pytest takes the DIR of `--submission DIR` for a folder of tests at first, and loads a conftest.py from there."""
    for plugin in config.pluginmanager.get_plugins():
        file = getattr(plugin, "__file__", None)
        if file and Path(file).name == "conftest.py" and Path(file).is_relative_to(submission.resolve()):
            config.pluginmanager.unregister(plugin)
