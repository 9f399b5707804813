"""The map of the course, notebooks/README.md, agrees with the lessons, with the exercises and with the README."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import nbformat
import pytest

from chatlab.grading.course import read_manifest
from tests.notebooks.comparing import COURSE, LESSONS

MAP = (COURSE / "notebooks" / "README.md").read_text(encoding="utf-8")
README = (COURSE / "README.md").read_text(encoding="utf-8")
LESSON_ROW = re.compile(
    r"\| \[(?P<title>[^\]]+)\]\((?P<file>[^)]+)\) \| (?P<idea>[^|]+) \| (?P<minutes>\d+) "
    r"\| (?P<exercises>[^|]+) \| (?P<exercise_minutes>[\d, ]+) \|"
)
TERM_ROW = re.compile(r"\| (?P<term>[^|]+) \| [^|]+ \| \[(?P<number>\d\d)\]\((?P<file>\d\d_[^)]+)\) \|")
ROWS = [row.groupdict() for row in LESSON_ROW.finditer(MAP)]
TERMS = [row.groupdict() for row in TERM_ROW.finditer(MAP)]


@cache
def _text(file: str) -> str:
    cells = nbformat.read(COURSE / "notebooks" / file, as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def test_each_lesson_has_its_row() -> None:
    assert [row["file"] for row in ROWS] == [lesson.name for lesson in LESSONS]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["file"][:2])
def test_a_lesson_and_its_exercise_have_the_same_number(row: dict[str, str]) -> None:
    exercises = [e.key for e in read_manifest(COURSE / "exercises") if f"{e.lesson}.ipynb" == row["file"]]
    assert exercises == [f"ex{row['file'][:2]}"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["file"][:2])
def test_title_minutes_and_exercises_are_those_of_the_lesson(row: dict[str, str]) -> None:
    text = _text(row["file"])
    assert text.startswith(f"# {row['title']}\n")
    assert re.search(rf"\b{row['minutes']}\s+minutes", text)
    exercises = [e for e in read_manifest(COURSE / "exercises") if f"{e.lesson}.ipynb" == row["file"]]
    assert ", ".join(f"{e.key} {e.title[0].lower()}{e.title[1:]}" for e in exercises) == row["exercises"]
    assert ", ".join(str(e.minutes) for e in exercises) == row["exercise_minutes"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["file"][:2])
def test_the_readme_has_the_same_idea_and_exercises(row: dict[str, str]) -> None:
    file = row["file"]
    assert f"| [{Path(file).stem}](notebooks/{file}) | {row['idea']} | {row['exercises']} |" in README


@pytest.mark.parametrize("number", range(len(ROWS)), ids=lambda number: f"{number:02}")
def test_a_lesson_leads_to_those_before_and_behind_it(number: int) -> None:
    beside = {"Previous": number - 1, "Next": number + 1}
    links = {name: f"[{ROWS[to]['title']}]({ROWS[to]['file']})" for name, to in beside.items() if 0 <= to < len(ROWS)}
    found = re.findall(r"(Previous|Next): (\[[^\]]+\]\([^)]+\))", _text(ROWS[number]["file"]))
    assert dict(found) == links


def test_there_are_terms_in_the_order_of_the_alphabet() -> None:
    terms = [row["term"].casefold() for row in TERMS]
    assert len(terms) > 20
    assert terms == sorted(set(terms))


@pytest.mark.parametrize("row", TERMS, ids=lambda row: row["term"])
def test_a_term_stands_in_bold_in_the_lesson_that_introduces_it(row: dict[str, str]) -> None:
    assert row["file"].startswith(row["number"])
    bold = " ".join(re.findall(r"\*\*([^*]+)\*\*", _text(row["file"])))
    assert re.search(rf"\b{row['term']}s?\b", bold, re.IGNORECASE)


def test_modules_name_lessons_that_are_there() -> None:
    numbers = {lesson.name[:2] for lesson in LESSONS}
    named = {
        (module.name, number)
        for module in (COURSE / "chatlab").rglob("*.py")
        for number in re.findall(r"\b[Ll]essons? (?:\d\d (?:to|and) )?(\d\d)", module.read_text(encoding="utf-8"))
    }
    assert {(module, number) for module, number in named if number not in numbers} == set()
    assert len(named) > len(numbers)
