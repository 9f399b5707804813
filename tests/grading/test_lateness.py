"""When something was handed in, and how many days after the deadline."""

from __future__ import annotations

import csv
import json
import os
from argparse import ArgumentTypeError
from datetime import datetime, timedelta, timezone, tzinfo
from pathlib import Path

import pytest

from chatlab.grading.child import Outcome
from chatlab.grading.class_options import class_parser
from chatlab.grading.handed_in import lateness
from chatlab.grading.handed_in.class_folder import hand_ins
from chatlab.grading.handed_in.lateness import as_deadline, in_time
from chatlab.grading.reports.class_report import write_reports
from chatlab.grading.reports.class_row import Row
from tests.grading.course import MANIFEST

DEADLINE = datetime(2026, 11, 20, 23, 59, tzinfo=timezone.utc)
ROW = Row("ada", Outcome((), "no result."), 1.0)
DAY = 86_400  # seconds


class Shifted(datetime):
    """As on a file system that keeps any time."""

    seconds = 0.0

    @classmethod
    def fromtimestamp(cls, timestamp: float, tz: tzinfo | None = None) -> Shifted:
        return super().fromtimestamp(timestamp + cls.seconds, tz)


def lay_out(folder: Path, name: str, seconds_late: float) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("answer = 1\n", encoding="utf-8")
    os.utime(path, (DEADLINE.timestamp() + seconds_late,) * 2)


def days_late(folder: Path) -> dict[str, int | None]:
    found, _ = hand_ins(folder)
    return {hand_in.student: in_time(hand_in, ROW, MANIFEST, DEADLINE).days_late for hand_in in found}


def test_a_day_that_has_begun_is_one(tmp_path: Path) -> None:
    for student, seconds in [("a", -3 * DAY), ("b", 0), ("c", 1), ("d", DAY), ("e", DAY + 1)]:
        lay_out(tmp_path, f"{student}/exercises/{MANIFEST[0].file}", seconds - DAY)
        lay_out(tmp_path, f"{student}/exercises/{MANIFEST[1].file}", seconds)  # the newest counts
        lay_out(tmp_path, f"{student}/exercises/notes.txt", 9 * DAY)  # is no exercise
    (tmp_path / "f").mkdir()
    lay_out(tmp_path, "g.zip", 2 * DAY)
    lay_out(tmp_path, "h/hw.zip", 3 * DAY)
    assert days_late(tmp_path) == {"a": 0, "b": 0, "c": 1, "d": 1, "e": 2, "f": None, "g": 2, "h": 3}


@pytest.mark.parametrize("seconds", [1e12, -1e12])
def test_a_time_that_no_calendar_has_is_none(seconds: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_out(tmp_path, f"ada/{MANIFEST[0].file}", 0)
    [ada], _ = hand_ins(tmp_path)
    monkeypatch.setattr(lateness, "datetime", Shifted)
    monkeypatch.setattr(Shifted, "seconds", seconds)
    row = in_time(ada, ROW, MANIFEST, DEADLINE)
    assert (row.handed_in, row.days_late) == (None, None)


def test_canvas_and_gradescope_say_it_themselves(tmp_path: Path) -> None:
    lay_out(tmp_path, "ada_LATE_1_11_ex00_warm_up.py", -DAY)
    lay_out(tmp_path, "bob_LATE_2_12_ex00_warm_up.py", 3 * DAY)
    lay_out(tmp_path, "cy_3_13_ex00_warm_up.py", 3 * DAY)
    lay_out(tmp_path, "submission_1/ex00_warm_up.py", 9 * DAY)
    metadata = "submission_1:\n  :submitters:\n  - :name: Di\n  :created_at: 2026-11-22 15:00:00 -08:00\n"
    (tmp_path / "submission_metadata.yml").write_text(metadata, encoding="utf-8")
    assert days_late(tmp_path) == {"Di": 2, "ada 1": 1, "bob 2": 3, "cy 3": 0}


def test_a_date_ends_at_midnight() -> None:
    here = datetime(2026, 11, 20, 18).astimezone().tzinfo
    assert as_deadline("2026-11-20") == datetime(2026, 11, 21, tzinfo=here)
    assert as_deadline("2026-11-20T18:00") == datetime(2026, 11, 20, 18, tzinfo=here)
    assert as_deadline("2026-11-20 18:00+02:00") == datetime(2026, 11, 20, 16, tzinfo=timezone.utc)
    assert class_parser().parse_args([".", "--deadline=2026-11-20"]).deadline == as_deadline("2026-11-20")
    for text in ("soon", "2026-13-01", "9999-12-31", ""):
        with pytest.raises(ArgumentTypeError, match="is no time such as"):
            as_deadline(text)


def test_the_reports_say_it(tmp_path: Path) -> None:
    time = DEADLINE + timedelta(days=1)
    rows = [ROW._replace(handed_in=time, days_late=1), ROW._replace(student="bob"), ROW._replace(days_late=0)]
    assert write_reports(tmp_path, rows, MANIFEST)
    with (tmp_path / "grades.csv").open(encoding="utf-8-sig", newline="") as table:
        ada, bob, _ = csv.DictReader(table)
    assert datetime.fromisoformat(ada["handed in"]) == time
    assert (ada["days late"], bob["days late"], bob["handed in"]) == ("1", "", "")
    ada, bob, _ = json.loads((tmp_path / "grades.json").read_text(encoding="utf-8"))
    assert datetime.fromisoformat(ada["handed_in"]) == time
    assert (ada["days_late"], bob["days_late"], bob["handed_in"]) == (1, None, None)
    assert "<td>1 of 3 late</td>" in (tmp_path / "grades.html").read_text(encoding="utf-8")
