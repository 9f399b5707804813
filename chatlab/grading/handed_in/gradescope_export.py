"""Who handed in each folder of an export of Gradescope's, and when: its submission_metadata.yml says so.

    submission_678901:
      :submitters:
      - :name: Ada Lovelace
        :sid: '0012345'
      :created_at: 2026-11-20 22:58:03.123456000 Z

Its own documentation does not describe the file; this is what it holds in exports that teachers have published.
"""

from __future__ import annotations

from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any, NamedTuple

import yaml

METADATA = "submission_metadata.yml"
# The text of each value as it stands there: a student number keeps its zeros, a tag of Ruby's means nothing.
LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class Exported(NamedTuple):
    """`people`: the names of who handed it in together. `time`: None if the file does not say one."""

    people: str
    time: datetime | None


def read_export(folder: Path) -> dict[str, Exported]:
    """By the name of a folder in it; nothing if `folder` is no export. Raises OSError, with words for a teacher."""
    file = folder / METADATA
    if not file.is_file():
        return {}
    try:
        submissions = yaml.load(file.read_bytes(), LOADER)  # this loader makes texts, lists and dicts alone
        return {name: _exported(submission) for name, submission in submissions.items()}
    except (yaml.YAMLError, AttributeError, KeyError, TypeError, ValueError) as error:
        why = " ".join(str(error).split())
        raise OSError(f"{file} is not as Gradescope writes it ({type(error).__name__}: {why})") from None


def _exported(submission: Any) -> Exported:
    people = [person[":name"].strip() for person in submission[":submitters"]]
    time = yaml.safe_load(submission.get(":created_at", ""))
    if not isinstance(time, datetime):
        time = datetime(time.year, time.month, time.day) if isinstance(time, date) else None
    if time and time.tzinfo is None:  # YAML says that this is UTC
        time = time.replace(tzinfo=timezone.utc)
    return Exported(" and ".join(filter(None, people)), time)
