"""What a run of the grader is about."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from chatlab.grading.manifest import Exercise


@dataclass(frozen=True, slots=True)
class Settings:
    """`folder`: where the checks are. `private`: where more of them are, which are not shown; None for nowhere.

    `submission`: where the files to check are. `limit`: seconds for a check. `tracebacks`: whether a message is to have
    Python's own, too.
    """

    exercises: tuple[Exercise, ...]
    folder: Path
    private: Path | None
    submission: Path
    limit: float
    tracebacks: bool
