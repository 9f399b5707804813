"""Each sentence of a stub is held to: sentences.toml says which check fails when it is broken, and by what answer."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import Any

import pytest

from chatlab.grading.course import find_exercise
from tests.grading.course import EXERCISES, MANIFEST, WRONG
from tests.grading.many import grade_many

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TABLE: dict[str, list[dict[str, str]]] = tomllib.loads(
    (Path(__file__).parent / "sentences.toml").read_text(encoding="utf-8")
)


def checks_of(key: str) -> dict[str, str]:
    """The titles of the checks, by the names of their functions; the basic one comes first."""
    file = EXERCISES / find_exercise(MANIFEST, key).checks
    functions = [node for node in ast.parse(file.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)]
    return {f.name: (ast.get_docstring(f) or "").splitlines()[0] for f in functions if f.name.startswith("test_")}


def one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("key", TABLE)
def test_the_sentences_stand_in_the_stub(key: str) -> None:
    stub = one_line((EXERCISES / find_exercise(MANIFEST, key).file).read_text(encoding="utf-8"))
    assert [row["sentence"] for row in TABLE[key] if one_line(row["sentence"]) not in stub] == []


@pytest.mark.parametrize("key", TABLE)
def test_the_checks_are_there(key: str) -> None:
    assert {row["check"] for row in TABLE[key]} <= set(checks_of(key))


@pytest.mark.parametrize(
    ("key", "check"), sorted({(key, row["check"]) for key, rows in TABLE.items() for row in rows}), ids=str
)
def test_who_breaks_a_sentence_fails_its_check(key: str, check: str) -> None:
    rows = [row for row in TABLE[key] if row["check"] == check]
    titles = checks_of(key)
    basic = next(iter(titles))
    answers = [WRONG / key / f"{row['wrong']}.py" for row in rows]
    graded = grade_many(key, answers, f"-k{basic} or {check}")
    passed = [row["wrong"] for row, grade in zip(rows, graded, strict=True) if not fails(grade, titles[check])]
    assert passed == []


def fails(grade: dict[str, Any], title: str) -> bool:
    return any(check["title"] == title and check["state"] == "not yet right" for check in grade["checks"])
