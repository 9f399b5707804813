"""The notebooks are tests: run anew, each cell must print what its results hold. And both must be fit to be read."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import nbformat
import pytest

from tests.notebooks.comparing import LESSONS, RESULTS, compare, copy_course
from tests.notebooks.lesson_files import as_saved, empty

LONGEST_CELL = 12
WIDEST = 93  # characters of source that fit into a window of 1280 pixels; what is wider breaks in mid-word


def _cells(notebook: Path) -> list[nbformat.NotebookNode]:
    return [cell for cell in nbformat.read(notebook, as_version=4).cells if cell.cell_type == "code"]


def test_each_lesson_has_its_results() -> None:
    assert LESSONS
    assert [lesson.name for lesson in LESSONS] == sorted(results.name for results in RESULTS.glob("*.ipynb"))


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_each_cell_prints_what_its_results_hold(lesson: Path, tmp_path: Path) -> None:
    course = tmp_path / "Ein Kurs für Ada"  # as the path of a home may be
    copy_course(course)
    run = compare([course], lesson.name, cell_seconds=60)
    assert run.returncode == 0, run.stdout + run.stderr
    assert re.search(rf"^{len(_cells(lesson))} passed in", run.stdout, re.MULTILINE), run.stdout


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_a_lesson_is_stored_as_jupyterlab_saves_it_unrun(lesson: Path) -> None:
    """Or opening it would change it. (`python -m tests.notebooks.lesson_files` writes it so.)"""
    stored = nbformat.read(lesson, as_version=4)
    empty(stored)
    assert lesson.read_bytes().decode() == as_saved(stored)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_the_results_are_those_of_the_lessons_cells(lesson: Path) -> None:
    stored, results = (nbformat.read(file, as_version=4) for file in (lesson, RESULTS / lesson.name))
    ours = [(cell.id, cell.cell_type, cell.source) for cell in stored.cells]
    assert [(cell.id, cell.cell_type, cell.source) for cell in results.cells] == ours


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_the_results_are_of_one_run_from_top_to_bottom(lesson: Path) -> None:
    """nbval accepts results without outputs, whatever a cell prints."""
    cells = _cells(RESULTS / lesson.name)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    for cell in cells:
        assert not any(output.output_type == "error" for output in cell.outputs), cell.source
        assert cell.outputs or not _shows_something(cell.source), f"no stored output: {cell.source}"


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_its_cells_are_short(lesson: Path) -> None:
    for cell in _cells(lesson):
        assert len(cell.source.splitlines()) <= LONGEST_CELL, cell.source


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_the_source_that_it_shows_fits_on_the_page(lesson: Path) -> None:
    outputs = [output for cell in _cells(RESULTS / lesson.name) for output in cell.outputs]
    shown = "\n".join(output.get("data", {}).get("text/markdown", "") for output in outputs)
    assert [line for line in shown.splitlines() if len(line) > WIDEST] == []


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_the_results_name_no_machine(lesson: Path) -> None:
    """No path of whoever ran it, no state of widgets."""
    stored = nbformat.read(RESULTS / lesson.name, as_version=4)
    assert "widgets" not in stored.metadata
    outputs = "".join(str(cell.outputs) for cell in _cells(RESULTS / lesson.name))
    assert not re.search(r"0x[0-9a-f]{6,}|/home/|/Users/|/root/|/tmp/|[A-Z]:\\\\", outputs)


@pytest.mark.parametrize("folder", [RESULTS.parent, RESULTS], ids=lambda folder: folder.name)
def test_links_lead_to_files(folder: Path) -> None:
    """From a lesson, and from its results as well, which lie one folder deeper."""
    links = {
        (notebook.name, link)
        for notebook in folder.glob("*.ipynb")
        for link in re.findall(r"\]\(([^):#]+)\)|href=\\?\"([^\"\\:#]+)", notebook.read_text(encoding="utf-8"))
    }
    assert len(links) >= len(LESSONS)
    assert {(name, link) for name, (text, html) in links if not (folder / (link := text or html)).exists()} == set()


def _shows_something(source: str) -> bool:
    """Whether the last line is an expression, or a print stands outside of function bodies (and of texts)."""
    body = [node for node in ast.parse(source).body if not isinstance(node, ast.FunctionDef)]
    calls = [node for statement in body for node in ast.walk(statement) if isinstance(node, ast.Call)]
    prints = any(isinstance(call.func, ast.Name) and call.func.id == "print" for call in calls)
    return prints or (bool(body) and isinstance(body[-1], ast.Expr))
