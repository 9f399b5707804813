"""Which file of a hand-in counts, in whatever shape it comes; and what a class folder of a school's system holds."""

from __future__ import annotations

import io
import os
import stat
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from chatlab.grading.attempt.learner_file import LearnerFile
from chatlab.grading.attempt.source import MOST_BYTES
from chatlab.grading.handed_in.class_folder import hand_ins
from chatlab.grading.handed_in.hand_in import HandIn
from chatlab.grading.submission import SeveralPeople, Submission
from chatlab.grading.verdict import NotThere, NotYetRight
from tests.grading.course import EXERCISES, MANIFEST, SOLUTIONS
from tests.systems import not_here

FIRST, SECOND = MANIFEST[:2]
STUB = (EXERCISES / FIRST.file).read_text(encoding="utf-8")
MINE = "answer = 1\n"


def lay_out(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name.replace("FIRST", FIRST.file).replace("SECOND", SECOND.file)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("files", "counts"),
    [
        ({"FIRST": MINE}, "FIRST"),
        ({"exercises/FIRST": MINE}, "exercises/FIRST"),
        ({"homework/chatlab-main/exercises/FIRST": MINE}, "homework/chatlab-main/exercises/FIRST"),
        ({"Ada Lovelace/FIRST": MINE}, "Ada Lovelace/FIRST"),
        ({"ps1/FIRST": MINE, "ps2/SECOND": MINE}, "ps1/FIRST"),
        ({"FIRST": STUB, "exercises/FIRST": MINE}, "exercises/FIRST"),
        ({"FIRST": MINE, "exercises/FIRST": STUB + "\n# a comment\n"}, "FIRST"),
        ({"FIRST": MINE, "old/FIRST": "answer = 0\n", "SECOND": MINE}, "FIRST"),
        ({"FIRST": MINE, "copy/FIRST": MINE}, "FIRST"),
        ({"exercises/FIRST": MINE, "solutions/FIRST": "answer = 2\n"}, "exercises/FIRST"),
        ({"solutions/FIRST": MINE}, "solutions/FIRST"),
        ({"FIRST": STUB}, "FIRST"),
        ({".venv/lib/FIRST": MINE, "__MACOSX/FIRST": MINE}, "FIRST"),
    ],
)
def test_the_file_that_counts(files: dict[str, str], counts: str, tmp_path: Path) -> None:
    submission = Submission(lay_out(tmp_path, files), MANIFEST, SOLUTIONS)
    assert submission.paths[FIRST.file] == tmp_path / counts.replace("FIRST", FIRST.file)
    assert submission.doubts == {}


def test_the_courses_own_answers_are_nobodys(tmp_path: Path) -> None:
    model = (SOLUTIONS / FIRST.file).read_text(encoding="utf-8")
    submission = Submission(lay_out(tmp_path, {"solutions/FIRST": model}), MANIFEST, SOLUTIONS)
    assert submission.paths[FIRST.file] == tmp_path / FIRST.file
    assert not submission.paths[FIRST.file].exists()


def test_what_is_in_doubt_costs_its_exercise_alone(tmp_path: Path) -> None:
    lay_out(tmp_path, {"a/FIRST": MINE, "homework/FIRST": "answer = 2\n", "SECOND": MINE})
    submission = Submission(tmp_path, MANIFEST, SOLUTIONS)
    assert submission.doubts == {FIRST.file: f"{FIRST.file} is there twice, and not the same: in a and homework."}
    assert submission.paths[SECOND.file] == tmp_path / SECOND.file
    with pytest.raises(NotYetRight, match="remove one"):
        LearnerFile(submission.paths[FIRST.file], doubt=submission.doubts[FIRST.file]).load()


@pytest.mark.parametrize("files", [{"Cy/FIRST": MINE, "Di/SECOND": MINE}, {"Ada/FIRST": MINE, "Bob/FIRST": STUB}])
def test_people_are_never_put_together(files: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(SeveralPeople, match=r"several people \((Cy, Di|Ada, Bob)\)"):
        Submission(lay_out(tmp_path, files), MANIFEST, SOLUTIONS)


@pytest.mark.parametrize(
    "name",
    [
        "ex00_warm_up (1).py",
        pytest.param(
            "Ex00_Warm_Up.PY", marks=not_here(sys.platform in ("win32", "darwin"), "there, names have no case")
        ),
        "ada_ex00_warm_up.py",
        "warm_up.py",
        "ex00_warm_up.py.txt",
        "hw.zip",
    ],
)
def test_a_near_miss_is_named(name: str, tmp_path: Path) -> None:
    (tmp_path / name).touch()
    with pytest.raises(NotThere, match="It has "):
        LearnerFile(tmp_path / FIRST.file).load()


def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    (tmp_path / FIRST.file).mkdir()
    (tmp_path / SECOND.file).write_bytes(b"#" * (MOST_BYTES + 1))
    for name in (FIRST.file, SECOND.file):
        with pytest.raises(NotYetRight, match="is no file to read"):
            LearnerFile(tmp_path / name).load()


@not_here(sys.platform == "win32", "Windows has no such files")
def test_pipes_and_devices_stop_nothing(tmp_path: Path) -> None:
    folder = lay_out(tmp_path / "class" / "ada", {"SECOND": MINE})
    os.mkfifo(folder / FIRST.file)
    (folder / MANIFEST[2].file).symlink_to("/dev/zero")
    (folder / MANIFEST[3].file).symlink_to("nowhere")
    [hand_in], _ = hand_ins(folder.parent)
    hand_in.copy(tmp_path / "copy")
    paths = Submission(tmp_path / "copy", MANIFEST, SOLUTIONS).paths
    assert paths[SECOND.file].read_text(encoding="utf-8") == MINE
    for exercise in (FIRST, MANIFEST[2], MANIFEST[3]):
        with pytest.raises(NotYetRight, match="is no file to read"):
            LearnerFile(paths[exercise.file]).load()


def test_the_shapes_of_schools_systems(tmp_path: Path) -> None:
    lay_out(
        tmp_path,
        {
            "Cy_77_assignsubmission_file_/FIRST": MINE,
            "Di_78_assignsubmission_file_/FIRST": MINE,
            "Di_79_assignsubmission_file_/FIRST": MINE,
            "Bob/FIRST": MINE,
            "lovelaceada_LATE_12345_678901_ex00_warm_up-1.py": "newer = 1\n",
            "lovelaceada_12345_678900_ex00_warm_up.py": MINE,
            "lovelaceada_12345_678902_ex01_receipts.py": MINE,
            "lovelaceada_54321_678903_ex01_receipts.py": MINE,
            "notes.txt": "",
            ".DS_Store": "",
            ".git/config": "",
            "$RECYCLE.BIN/x": "",
        },
    )
    found, others = hand_ins(tmp_path)
    assert [hand_in.student for hand_in in found] == [
        "Bob",
        "Cy",
        "Di_78_assignsubmission_file_",
        "Di_79_assignsubmission_file_",
        "lovelaceada 12345",
        "lovelaceada 54321",
    ]
    assert [path.name for path in others] == ["$RECYCLE.BIN", ".git", "notes.txt"]
    found[4].copy(tmp_path / "copy")
    assert (tmp_path / "copy" / FIRST.file).read_text(encoding="utf-8") == "newer = 1\n"
    assert (tmp_path / "copy" / SECOND.file).read_text(encoding="utf-8") == MINE


def test_archives_are_unpacked_and_nothing_gets_out_of_them(tmp_path: Path) -> None:
    folder = tmp_path / "class"
    folder.mkdir()
    with zipfile.ZipFile(folder / "ada.zip", "w") as archive:
        archive.writestr(f"work/{FIRST.file}", MINE)
        archive.writestr("../out.py", MINE)
        archive.writestr("/out.py", MINE)
        archive.writestr("work/huge.py", "#" * (2 * MOST_BYTES))
        link = zipfile.ZipInfo("work/link.py")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    with tarfile.open(folder / "bob.tar.gz", "w:gz") as packed:
        for name, kind in ((FIRST.file, tarfile.REGTYPE), ("../out.py", tarfile.REGTYPE), ("link.py", tarfile.SYMTYPE)):
            member = tarfile.TarInfo(name)
            member.type, member.linkname, member.size = kind, "/etc/passwd", len(MINE) if kind == tarfile.REGTYPE else 0
            packed.addfile(member, io.BytesIO(MINE.encode()))
    (folder / "cat").mkdir()
    (folder / "ada.zip").rename(folder / "cat" / "hw.zip")
    found, _ = hand_ins(folder)
    assert [hand_in.student for hand_in in found] == ["bob", "cat"]
    for hand_in in found:
        hand_in.copy(tmp_path / hand_in.student)
        assert Submission(tmp_path / hand_in.student, MANIFEST, SOLUTIONS).paths[FIRST.file].read_text() == MINE
        assert not list((tmp_path / hand_in.student).rglob("link.py"))
    assert (tmp_path / "cat" / "work" / "huge.py").stat().st_size == MOST_BYTES + 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bob", "cat", "class"]


def test_an_archive_beside_answers_stays_packed_and_is_named(tmp_path: Path) -> None:
    folder = lay_out(tmp_path / "class" / "ada", {"SECOND": MINE})
    with zipfile.ZipFile(folder / "hw.zip", "w") as archive:
        archive.writestr(FIRST.file, MINE)
    [hand_in], _ = hand_ins(folder.parent)
    hand_in.copy(tmp_path / "copy")
    with pytest.raises(NotThere, match=r"It has hw\.zip"):
        LearnerFile(tmp_path / "copy" / FIRST.file).load()


def test_an_archive_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "ada.zip").write_bytes(b"no zip")
    [hand_in], _ = hand_ins(tmp_path)
    with pytest.raises(OSError, match=r"ada\.zip can't be unpacked: File is not a zip file"):
        hand_in.copy(tmp_path / "copy")


def test_a_hand_in_is_not_changed_by_what_runs(tmp_path: Path) -> None:
    HandIn("ada", (("ada", lay_out(tmp_path / "ada", {"FIRST": MINE})),)).copy(tmp_path / "copy")
    (tmp_path / "copy" / FIRST.file).unlink()
    assert (tmp_path / "ada" / FIRST.file).exists()
