"""The table of a class: what a stranger wrote starts no formula, and a file is replaced whole or not at all."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from chatlab.grading.child import Outcome
from chatlab.grading.reports.class_report import Row, count_rows, replace, write_csv, write_page
from tests.grading.course import MANIFEST


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


def test_rows_are_counted_without_the_heading(tmp_path: Path) -> None:
    table = tmp_path / "grades.csv"
    assert count_rows(table) == 0
    write_csv(table, [Row("ada", Outcome((), "two\nlines"), 1.0)] * 3, MANIFEST)
    assert count_rows(table) == 3


def test_a_file_is_written_in_full_before_it_takes_its_place(tmp_path: Path) -> None:
    file = tmp_path / "grades.csv"
    file.write_text("earlier", encoding="utf-8")

    def fail(new: Path) -> None:
        new.write_text("half of it", encoding="utf-8")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        replace(file, fail)
    assert file.read_text(encoding="utf-8") == "earlier"
