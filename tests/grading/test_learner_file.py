"""A learner's file counts as it is now, and stays as it is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from chatlab.grading.attempt.explain import explain
from chatlab.grading.attempt.learner_file import LearnerFile, Names
from chatlab.grading.verdict import NotYetRight

FILE = "ex00_warm_up.py"


def loaded(path: Path) -> Names:
    file = LearnerFile(path)
    file.load()
    return Names(file)


def test_an_edit_within_the_same_second_counts(tmp_path: Path) -> None:
    path = tmp_path / FILE
    for answer in (1, 2):
        path.write_text(f"def f():\n    raise LookupError({answer})\n", encoding="utf-8")
        os.utime(path, (1_700_000_000, 1_700_000_000))
        file = LearnerFile(path)
        file.load()
        with pytest.raises(LookupError) as caught:
            Names(file).f()
        assert f"raise LookupError({answer})" in explain(caught.value, file).where


def test_nothing_is_left_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("x = 1\n", encoding="utf-8")
    assert loaded(tmp_path / FILE).x == 1
    assert list(tmp_path.iterdir()) == [tmp_path / FILE]


def test_the_file_keeps_to_its_own_rules_of_python(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("def f(x: int): ...\n", encoding="utf-8")
    assert loaded(tmp_path / FILE).f.__annotations__ == {"x": int}


def test_a_dataclass_can_be_defined_there(tmp_path: Path) -> None:
    source = (
        "from __future__ import annotations\nfrom dataclasses import dataclass\n@dataclass\nclass Point:\n    x: int\n"
    )
    (tmp_path / FILE).write_text(source, encoding="utf-8")
    assert loaded(tmp_path / FILE).Point(1).x == 1


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotYetRight) as caught:
        loaded(tmp_path / FILE)
    assert caught.value.saw == f"There is no {FILE} in the folder {tmp_path.name}/."


@pytest.mark.parametrize("name", ["ex00_warm_up(1).py", "ex00_warm_up.txt", "EX00_warm_up.py.py", "x00_warm_up.py"])
def test_a_file_of_nearly_its_name_is_named(name: str, tmp_path: Path) -> None:
    for other in (name, "notes.txt", f"test_{FILE}", "ex01_receipts.py"):
        (tmp_path / other).touch()
    with pytest.raises(NotYetRight) as caught:
        loaded(tmp_path / FILE)
    assert caught.value.saw == f"There is no {FILE} in the folder {tmp_path.name}/. It has {name}."


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "latin-1"])
def test_a_file_in_another_encoding_is_named(encoding: str, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("text = 'é'\n", encoding=encoding)
    with pytest.raises(NotYetRight) as caught:
        loaded(tmp_path / FILE)
    assert caught.value.saw == f"{FILE} is not text in UTF-8."


def test_a_mark_of_utf_8_at_the_start_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("text = 'é'\r\n", encoding="utf-8-sig")
    assert loaded(tmp_path / FILE).text == "é"
