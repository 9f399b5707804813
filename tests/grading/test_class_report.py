"""The table of a class: what a stranger wrote starts no formula, and a file is replaced whole or not at all."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from chatlab.grading.child import Outcome
from chatlab.grading.grade import Grade
from chatlab.grading.reports import class_report
from chatlab.grading.reports.class_page import write_page
from chatlab.grading.reports.class_report import write_csv, write_reports
from chatlab.grading.reports.class_row import Row
from chatlab.grading.verdict import NEAR_MISS, CheckResult, Message, State
from tests.grading.course import MANIFEST

EXERCISE = MANIFEST[0]
MISSING = CheckResult("greets", State.NOT_HANDED_IN, None)


@pytest.mark.parametrize("sign", "=+-@")
def test_nothing_starts_a_formula(sign: str, tmp_path: Path) -> None:
    """OWASP, CSV Injection: these four signs do, at the beginning of a cell."""
    row = Row(f"{sign}gus", Outcome((), f"{sign}1+1 went wrong"), 1.0)
    write_csv(tmp_path / "grades.csv", [row], MANIFEST)
    with (tmp_path / "grades.csv").open(encoding="utf-8-sig", newline="") as table:
        [read] = csv.DictReader(table)
    assert (read["student"], read["stuck at"]) == (f"'{sign}gus", f"'{sign}1+1 went wrong")


def test_what_is_no_formula_stays_as_it_is(tmp_path: Path) -> None:
    write_csv(tmp_path / "grades.csv", [Row("a=b", Outcome((), "x @ y"), 2.6)], MANIFEST)
    with (tmp_path / "grades.csv").open(encoding="utf-8-sig", newline="") as table:
        [read] = csv.DictReader(table)
    assert (read["student"], read["stuck at"], read["seconds"]) == ("a=b", "x @ y", "3")
    assert read["of"] == str(sum(exercise.points for exercise in MANIFEST))


def test_the_page_escapes_names_and_failures(tmp_path: Path) -> None:
    write_page(tmp_path / "grades.html", [Row("<ada>", Outcome((), "<failed>"), 1.0)], MANIFEST)
    page = (tmp_path / "grades.html").read_text(encoding="utf-8")
    assert "&lt;ada&gt;" in page
    assert "&lt;failed&gt;" in page
    assert "<ada>" not in page
    assert "<failed>" not in page


def test_who_was_not_graded_has_no_points(tmp_path: Path) -> None:
    """Not zero: that is the grade of who handed in nothing."""
    rows = [Row("ada", Outcome((), "no space left"), 1.0), Row("bob", Outcome((Grade(EXERCISE, (MISSING,)),)), 1.0)]
    assert write_reports(tmp_path, rows, [EXERCISE])
    with (tmp_path / "grades.csv").open(encoding="utf-8-sig", newline="") as table:
        ada, bob = csv.DictReader(table)
    assert (ada["ex00"], ada["points"], ada["ex00 state"], ada["stuck at"]) == ("", "", "NOT graded", "no space left")
    assert (bob["ex00"], bob["points"], bob["ex00 state"]) == ("0", "0", "not handed in")
    graded = json.loads((tmp_path / "grades.json").read_text(encoding="utf-8"))
    assert [(row["student"], row["points"], row["failure"]) for row in graded] == [
        ("ada", None, "no space left"),
        ("bob", 0, None),
    ]
    page = (tmp_path / "grades.html").read_text(encoding="utf-8")
    assert (
        '<th>ada</th><td></td><td></td><td></td><td></td><td data-key="NOT graded">NOT graded: no space left</td>'
        in page
    )
    assert '<td class="">–</td><td>0</td><td></td><td></td><td data-key="ex00">ex00: not handed in</td>' in page


def test_names_that_the_system_has_no_letters_for_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def write_feedback(folder: Path, rows: object) -> None:
        "\N{SNAKE}".encode("ascii")

    monkeypatch.setattr(class_report, "write_feedback", write_feedback)
    assert not write_reports(tmp_path, [], [EXERCISE])
    assert "feedback could not be written: 'ascii' codec" in capsys.readouterr().err


def test_a_near_miss_is_in_the_table() -> None:
    message = Message("Loaded it.", f"There is no {EXERCISE.file} in the folder ada/.{NEAR_MISS}{EXERCISE.key}.py.", "")
    for said, stuck_at in [(None, "ex00: not handed in"), (message, "ex00: not handed in. It has ex00.py.")]:
        check = CheckResult("greets", State.NOT_HANDED_IN, said)
        assert Row("ada", Outcome((Grade(EXERCISE, (check,)),)), 1.0).stuck_at == stuck_at


def test_a_file_is_written_in_full_before_it_takes_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "grades.csv"
    file.write_text("earlier", encoding="utf-8")

    def fail(new: Path, *_: object) -> None:
        new.write_text("half of it", encoding="utf-8")
        raise OSError("disk full")

    monkeypatch.setattr(class_report, "write_csv", fail)
    assert not write_reports(tmp_path, [], MANIFEST)
    assert file.read_text(encoding="utf-8") == "earlier"
    names = ["feedback", "grades.csv", "grades.html", "grades.json", "grades.xml"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    assert capsys.readouterr().err == f"{file} could not be written: disk full\n"


def test_each_student_gets_a_page_without_what_is_private(tmp_path: Path) -> None:
    message = Message("did it", "saw <it>", "means it")
    secret = Message("did the secret", "saw the secret", "means the secret")
    checks = (
        CheckResult("greets", State.NOT_YET_RIGHT, message),
        CheckResult("secret title", State.NOT_YET_RIGHT, secret, is_private=True),
    )
    graded = Outcome((Grade(EXERCISE, checks),))
    rows = [Row("ada/../x", graded, 1.0), Row("ada_.._x", graded, 1.0), Row("bob", Outcome((), "no space left"), 1.0)]
    assert write_reports(tmp_path, rows, [EXERCISE])
    assert sorted(path.name for path in (tmp_path / "feedback").iterdir()) == [
        "ada_.._x.html",
        "ada_.._x_.html",
        "bob.html",
    ]
    page = (tmp_path / "feedback" / "ada_.._x.html").read_text(encoding="utf-8")
    assert "ex00 Say hello: not yet right, 0 of 1" in page
    assert "✗ greets" in page
    assert "saw &lt;it&gt;" in page
    assert "0 of 1 private check passed." in page
    assert "secret" not in page
    assert "NOT graded: no space left" in (tmp_path / "feedback" / "bob.html").read_text(encoding="utf-8")


def test_ci_servers_read_it(tmp_path: Path) -> None:
    """JUnit's XML: a suite for each student, a case for each check; what XML can't hold is replaced."""
    message = Message("did it", "saw \x1b[1m<it>\x00", "means \ud800 it")
    checks = [CheckResult("greets", State.NOT_YET_RIGHT, message), CheckResult("ends", State.WAITING, None)]
    grade = Grade(EXERCISE, (CheckResult("begins", State.DONE, None), *checks))
    rows = [Row("<ada>\x07", Outcome((grade,)), 1.25), Row("bob", Outcome((), "no space left"), 0.5)]
    assert write_reports(tmp_path, rows, [EXERCISE])
    suites = Xml.parse(tmp_path / "grades.xml").getroot()
    assert [dict(suite.items()) for suite in suites] == [
        {"name": "<ada>\ufffd", "tests": "3", "failures": "1", "errors": "0", "skipped": "1", "time": "1.250"},
        {"name": "bob", "tests": "1", "failures": "0", "errors": "1", "skipped": "0", "time": "0.500"},
    ]
    ada, bob = suites
    points = ada.find("properties/property")
    assert points is not None
    assert dict(points.items()) == {"name": "ex00 points", "value": "0 of 1"}
    assert [
        (case.get("classname"), case.get("name"), [kind.tag for kind in case]) for case in ada.iter("testcase")
    ] == [
        (EXERCISE.name, "begins", []),
        (EXERCISE.name, "greets", ["failure"]),
        (EXERCISE.name, "ends", ["skipped"]),
    ]
    failure = ada.find("testcase/failure")
    assert failure is not None
    assert failure.get("message") == "saw \ufffd[1m<it>\ufffd"
    assert failure.text == "did it\nsaw \ufffd[1m<it>\ufffd\nmeans \ufffd it"
    assert [error.get("message") for error in bob.iter("error")] == ["no space left"]
