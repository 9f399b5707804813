"""The notebooks are tests: run anew, each cell must print what is stored. And what is stored must be fit to be read."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import nbformat
import pytest

from tests.notebooks.comparing import NOTEBOOKS, compare, copy_course

LONGEST_CELL = 12


def _cells(notebook: Path) -> list[nbformat.NotebookNode]:
    return [cell for cell in nbformat.read(notebook, as_version=4).cells if cell.cell_type == "code"]


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda notebook: notebook.stem)
def test_each_cell_prints_what_is_stored(notebook: Path, tmp_path: Path) -> None:
    copy_course(tmp_path)
    run = compare(tmp_path, notebook.name, cell_seconds=60)
    assert run.returncode == 0, run.stdout + run.stderr
    assert re.search(rf"^{len(_cells(notebook))} passed in", run.stdout, re.MULTILINE), run.stdout


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda notebook: notebook.stem)
def test_it_was_run_from_top_to_bottom_and_stored_with_its_outputs(notebook: Path) -> None:
    """nbval accepts a notebook without outputs, whatever it prints."""
    cells = _cells(notebook)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    for cell in cells:
        assert not any(output.output_type == "error" for output in cell.outputs), cell.source
        assert cell.outputs or not _shows_something(cell.source), f"no stored output: {cell.source}"


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda notebook: notebook.stem)
def test_what_is_stored_is_folded_until_the_cell_is_run(notebook: Path) -> None:
    """Or else it answers what the reader is to predict. (In JupyterLab: View, Collapse All Outputs.)"""
    for cell in _cells(notebook):
        folded = cell.metadata.get("jupyter", {}).get("outputs_hidden", False)
        assert folded == bool(cell.outputs), cell.source


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda notebook: notebook.stem)
def test_its_cells_are_short(notebook: Path) -> None:
    for cell in _cells(notebook):
        assert len(cell.source.splitlines()) <= LONGEST_CELL, cell.source


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda notebook: notebook.stem)
def test_what_is_stored_names_no_machine(notebook: Path) -> None:
    """No port that the system picked, no path of whoever ran it, no state of widgets."""
    stored = nbformat.read(notebook, as_version=4)
    assert "widgets" not in stored.metadata
    outputs = "".join(str(cell.outputs) for cell in _cells(notebook))
    assert not re.search(r"127\.0\.0\.1:\d|0x[0-9a-f]{6,}|/home/|/Users/|/root/|/tmp/|[A-Z]:\\\\", outputs)


def _shows_something(source: str) -> bool:
    """Whether the last line is an expression, or a print stands outside of function bodies (and of texts)."""
    body = [node for node in ast.parse(source).body if not isinstance(node, ast.FunctionDef)]
    calls = [node for statement in body for node in ast.walk(statement) if isinstance(node, ast.Call)]
    prints = any(isinstance(call.func, ast.Name) and call.func.id == "print" for call in calls)
    return prints or (bool(body) and isinstance(body[-1], ast.Expr))
