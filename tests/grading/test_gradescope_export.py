"""An export of Gradescope's: whose each folder is, and when it was handed in."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest

from chatlab.grading import classroom
from chatlab.grading.class_run.grading import Classroom
from chatlab.grading.handed_in.class_folder import hand_ins
from tests.grading.course import EXERCISES

METADATA = """---
submission_1:
  :submitters:
  - :name: Ada Lovelace
    :sid: 0012345
  :created_at: 2026-11-20 22:58:03.123456000 Z
  :results: !ruby/object:Hash
    tests: []
submission_2:
  :submitters:
  - :name: Bob Marley
  - :name: ../Cy
  :created_at: 2026-11-21 00:30:00 -08:00
submission_3:
  :submitters:
  - :name: Di
submission_4:
  :submitters:
  - :name: Di
submission_5:
  :submitters:
  - :name: Eve
submission_9:
  :submitters: []
"""


def export(folder: Path, metadata: str = METADATA) -> Path:
    for name in ("submission_1", "submission_2", "submission_3", "submission_4", "submission_5", "submission_9", "Eve"):
        (folder / name).mkdir()
    (folder / "submission_metadata.yml").write_text(metadata, encoding="utf-8")
    return folder


def test_each_folder_has_the_name_of_who_handed_it_in(tmp_path: Path) -> None:
    found, others = hand_ins(export(tmp_path))
    assert {hand_in.student: [path.name for _, path in hand_in.paths] for hand_in in found} == {
        "Ada Lovelace": ["submission_1"],
        "Bob Marley and ../Cy": ["submission_2"],
        "Di submission_3": ["submission_3"],
        "Di submission_4": ["submission_4"],
        "Eve": ["Eve"],
        "Eve submission_5": ["submission_5"],
        "submission_9": ["submission_9"],
    }
    assert others == []
    assert [hand_in.time for hand_in in found[:3]] == [
        datetime(2026, 11, 20, 22, 58, 3, 123456, tzinfo=timezone.utc),
        datetime(2026, 11, 21, 8, 30, tzinfo=timezone.utc),
        None,
    ]


@pytest.mark.parametrize(
    "metadata", ["", "- a list", "submission_1: text", "submission_1: {}", "a: [", "a: {:submitters: [1]}", "\0"]
)
def test_a_file_that_gradescope_did_not_write_is_one_line(
    metadata: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(EXERCISES)
    with pytest.raises(SystemExit, match="2"):
        classroom.main([str(export(tmp_path, metadata))])
    error = capsys.readouterr().err
    assert "submission_metadata.yml is not as Gradescope writes it (" in error
    assert error.count("\n") == 1


def test_a_name_leads_to_no_other_folder(tmp_path: Path) -> None:
    """Students choose what Gradescope calls them."""
    [_, bob, *_], _ = hand_ins(export(tmp_path))
    grader = Classroom((), EXERCISES, None, 300)
    folders: list[Path] = []

    class Copied(Exception):
        pass

    def copy(self: object, target: Path) -> None:
        folders.append(target)
        raise Copied

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(bob), "copy", copy)
        [(_, row)] = grader.grade_all([bob], jobs=1)
    assert row.outcome.failure == "Copied: "
    assert folders[0].name == "Bob Marley and .._Cy"
