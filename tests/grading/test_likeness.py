"""Answers that are like another's: disguised copies are marked, right answers that were written apart are not."""

from __future__ import annotations

import ast
import csv
import io
import json
import keyword
import threading
import tokenize
from pathlib import Path
from typing import Any

import pytest

from chatlab.grading import classroom
from chatlab.grading.child import Outcome
from chatlab.grading.class_run import grading
from chatlab.grading.grade import Grade
from chatlab.grading.handed_in.likeness import MODEL, Likeness, Marks, alike, marks_of
from chatlab.grading.kept_rows import KeptRows
from chatlab.grading.reports.class_report import write_reports
from chatlab.grading.reports.class_row import Row
from chatlab.grading.verdict import CheckResult, State
from tests.grading.course import EXERCISES, MANIFEST, SOLUTIONS
from tests.grading.small_course import FILE, STUB, SmallCourse

RIGHT = Path(__file__).parent / "right"
KEYWORDS = {*keyword.kwlist, *keyword.softkwlist}
TOO_SHORT = {"ex00", "ex15"}  # a line to write; eight small mends of a program
# Made out of another that is here, or of the model answer.
ONE_HAND = {"results_of_a_pool_of_two", "a_pool_and_a_second_socket", "forgets_servers_that_are_gone"}


def disguised(source: str) -> str:
    """With other names and docstrings, without its comments, the functions in another order."""
    names: dict[str, str] = {}
    for kind, text, *_ in tokenize.generate_tokens(io.StringIO(source).readline):
        if kind == tokenize.NAME and text not in KEYWORDS and not text.startswith("__"):
            names.setdefault(text, f"name{len(names)}")
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    new = tokenize.untokenize(
        (kind, names.get(text, text) if kind == tokenize.NAME else text) for kind, text, *_ in tokens
    )
    tree = ast.parse(new)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            if ast.get_docstring(node):
                node.body[0] = ast.Expr(ast.Constant("What it does, in my own words."))
            functions = [statement for statement in node.body if isinstance(statement, ast.FunctionDef)]
            node.body = [functions.pop() if isinstance(old, ast.FunctionDef) else old for old in node.body]
    return "# All my own work.\n" + ast.unparse(tree)


def marks(file: Path, number: int) -> dict[str, Marks]:
    return marks_of({MANIFEST[number].file: file}, MANIFEST[number : number + 1], EXERCISES)


@pytest.mark.parametrize("number", [n for n, exercise in enumerate(MANIFEST) if exercise.key not in TOO_SHORT])
def test_a_copy_is_marked_and_what_was_written_apart_is_not(number: int, tmp_path: Path) -> None:
    exercise = MANIFEST[number]
    model = SOLUTIONS / exercise.file
    copy = tmp_path / exercise.file
    copy.write_text(disguised(model.read_text(encoding="utf-8")), encoding="utf-8")
    files = {path.stem: path for path in (RIGHT / exercise.key).glob("*.py")}
    people = {name: marks(path, number) for name, path in {**files, MODEL: model, "copy": copy}.items()}
    found = alike(people)
    assert set(found) - ONE_HAND == {MODEL, "copy"}
    [likeness] = found["copy"]
    assert (likeness.exercise, likeness.other, likeness.is_same_file) == (exercise.key, MODEL, False)
    assert 0.7 < likeness.share <= 1


def test_the_stubs_own_text_does_not_count(tmp_path: Path) -> None:
    exercise = MANIFEST[5]
    stub = (EXERCISES / exercise.file).read_text(encoding="utf-8")
    for text in (
        stub,
        stub + "\n\ndef helper(text):\n    return text\n",
        "",
        "\0",
        "def (:",
        "x = '" + "y" * 2_000_000,
    ):
        (tmp_path / "answer.py").write_text(text, encoding="utf-8")
        assert marks(tmp_path / "answer.py", 5) == {}
    assert marks(tmp_path, 5) == marks(tmp_path / "missing.py", 5) == {}
    (tmp_path / exercise.file).write_text("work = 'begun'", encoding="utf-8")  # by a teacher, in the course's folder
    model = {exercise.file: SOLUTIONS / exercise.file}
    assert marks_of(model, [exercise], EXERCISES)
    assert marks_of(model, [exercise], tmp_path) == {}


def test_the_likest_is_named_and_the_others_are_counted() -> None:
    runs = frozenset(range(100))
    people = {
        "ada": {"ex05": Marks("a", runs), "ex06": Marks("x", runs)},
        "bob": {"ex05": Marks("b", runs), "ex06": Marks("y", frozenset(range(1000, 1100)))},
        "cy": {"ex05": Marks("a", runs)},
        "di": {"ex05": Marks("d", frozenset(range(40, 240)))},  # 60 of ada's 100
        "eve": {"ex05": Marks("e", frozenset(range(41, 240)))},  # 59
    }
    found = alike(people)
    assert found["ada"] == [Likeness("ex05", "cy", 1.0, True, 2)]
    assert found["bob"] == [Likeness("ex05", "ada", 1.0, False, 2)]
    assert found["di"] == [Likeness("ex05", "eve", 1.0, False, 3)]
    assert found["eve"] == [Likeness("ex05", "di", 1.0, False, 0)]
    assert str(found["ada"][0]) == "ex05: the same file as cy and 2 more"
    assert str(found["eve"][0]) == "ex05: 100% like di"


def test_the_reports_say_it_but_not_to_students(tmp_path: Path) -> None:
    likeness = Likeness("ex05", "=<bob>", 0.934, False, 0)
    rows = [Row("ada", Outcome((), "no result."), 1.0, alike=[likeness]), Row("cy", Outcome((), "no result."), 1.0)]
    assert write_reports(tmp_path, rows, MANIFEST)
    with (tmp_path / "grades.csv").open(encoding="utf-8-sig", newline="") as table:
        assert [row["alike"] for row in csv.DictReader(table)] == ["ex05: 93% like =<bob>", ""]
    ada, cy = json.loads((tmp_path / "grades.json").read_text(encoding="utf-8"))
    assert ada["alike"] == [likeness._asdict()]
    assert cy["alike"] == []
    page = (tmp_path / "grades.html").read_text(encoding="utf-8")
    assert '<td data-key="1"><details><summary>1</summary>ex05: 93% like =&lt;bob&gt;</details></td>' in page
    assert "bob" not in (tmp_path / "feedback" / "ada.html").read_text(encoding="utf-8")


def test_a_class_run_marks_and_keeps_it_whoever_is_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    SmallCourse(tmp_path, "", STUB)
    answer = "def f():\n" + "".join(f"    if g{n}(a, b):\n        return a[{n}] + b\n" * (n % 3 + 1) for n in range(9))
    for student, text in [("ada", answer), ("bob", answer.replace("a", "x")), ("cy", STUB), ("di", answer)]:
        (tmp_path / "class" / student).mkdir(parents=True)
        (tmp_path / "class" / student / FILE).write_text(text, encoding="utf-8")

    has_dis = threading.Event()
    add = KeptRows.add

    def add_and_say(kept: KeptRows, handed_in: str, row: Row) -> None:
        add(kept, handed_in, row)
        if row.student == "di":
            has_dis.set()

    def grade(exercises: Any, _: Any, folder: Path, *__: Any, **___: Any) -> Outcome:
        if (folder / "ada").exists():
            assert has_dis.wait(60)
        return Outcome((Grade(exercises[0], (CheckResult("it", State.DONE, None),)),))

    monkeypatch.setattr(grading, "grade_in_child", grade)
    monkeypatch.setattr(KeptRows, "add", add_and_say)
    for _ in range(2):  # the second time from what was kept
        assert classroom.main(["class", "--jobs=2"]) == 0
        with Path("class-grades", "grades.csv").open(encoding="utf-8-sig", newline="") as table:
            assert [(row["student"], row["alike"]) for row in csv.DictReader(table)] == [
                ("ada", "ex90: the same file as di and 1 more"),
                ("bob", "ex90: 100% like ada and 1 more"),
                ("cy", ""),
                ("di", "ex90: the same file as ada and 1 more"),
            ]
        monkeypatch.setattr(grading, "grade_in_child", None)


def test_marks_are_kept(tmp_path: Path) -> None:
    kept = KeptRows(tmp_path, MANIFEST, "about")
    row = Row("ada", Outcome(()), 1.0, {"ex05": Marks("a", frozenset({1, 2}))})
    kept.add("x", row)
    assert kept.read() == {"x": row}
