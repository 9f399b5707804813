"""The form of the lessons' files: without outputs, just as JupyterLab saves a notebook that was opened and not run.

    python -m tests.notebooks.lesson_files [05 06 …]

empties the lessons (those with these numbers, or all), runs each in a copy of the course, and writes what came of it
into notebooks/results/. An output stays if it differs from the new one only in what the comparison takes for the same.
"""

from __future__ import annotations

import re
import sys
import tempfile
from configparser import RawConfigParser
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from tests.notebooks.comparing import LESSONS, RESULTS, SANITIZER, copy_course, kernel_environment

# The version of Python is left out: chatlab/panels/saved_form.py.
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
    },
}
WIDGET = "application/vnd.jupyter.widget-view+json"  # where no kernel runs, an error; the text beside it is a sentence


def empty(lesson: NotebookNode) -> None:
    """Take out whatever a run, or a reader's folding, has left."""
    lesson.metadata = nbformat.from_dict(METADATA)
    for cell in lesson.cells:
        cell.metadata = nbformat.from_dict({})
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None


def as_saved(notebook: NotebookNode) -> str:
    """The text of the file that JupyterLab writes."""
    text: str = nbformat.writes(notebook, version=nbformat.NO_CONVERT)
    return text + "\n"


def run(lesson: NotebookNode, course: Path) -> None:
    """Run an empty lesson as if it stood in the copy `course`. Raises CellExecutionError."""
    NotebookClient(
        lesson,
        timeout=120,
        resources={"metadata": {"path": str(course / "notebooks")}},
        store_widget_state=False,
        record_timing=False,
        coalesce_streams=True,
    ).execute(env=kernel_environment(course))
    lesson.metadata = nbformat.from_dict(METADATA)
    for cell in lesson.cells:
        for output in cell.get("outputs", ()):
            if "data" in output:
                output.data.pop(WIDGET, None)
                for kind in ("text/html", "text/plain"):  # a path from here, one folder deeper
                    if kind in output.data:
                        output.data[kind] = output.data[kind].replace("../exercises/", "../../exercises/")


def keep_what_is_alike(results: NotebookNode, before: NotebookNode) -> None:
    stored = {cell.id: cell for cell in before.cells}
    for cell in results.cells:
        old = stored.get(cell.id)
        if old is not None and _alike(cell.get("outputs")) == _alike(old.get("outputs")):
            cell.update({"outputs": old.outputs} if cell.cell_type == "code" else {})


def _alike(output: Any) -> Any:
    """What the comparison makes of `output`."""
    if isinstance(output, dict):
        return {key: _alike(value) for key, value in output.items() if key != "execution_count"}
    if isinstance(output, list):
        return [_alike(value) for value in output]
    if isinstance(output, str):
        for expression, replacement in _sanitizer():
            output = re.sub(expression, replacement, output)
    return output


def _sanitizer() -> list[tuple[str, str]]:
    parser = RawConfigParser()
    parser.read(SANITIZER, encoding="utf-8")
    return [(parser[section]["regex"], parser[section]["replace"]) for section in parser.sections()]


def main(numbers: list[str]) -> None:
    RESULTS.mkdir(exist_ok=True)
    for file in LESSONS:
        if numbers and file.name[:2] not in numbers:
            continue
        lesson = nbformat.read(file, as_version=4)
        empty(lesson)
        file.write_text(as_saved(lesson), encoding="utf-8", newline="\n")
        with tempfile.TemporaryDirectory() as folder:
            copy_course(Path(folder))
            run(lesson, Path(folder))
        results = RESULTS / file.name
        if results.exists():
            keep_what_is_alike(lesson, nbformat.read(results, as_version=4))
        results.write_text(as_saved(lesson), encoding="utf-8", newline="\n")
        print(f"{file.stem}: run, and stored in {results.parent.name}/")


if __name__ == "__main__":
    main(sys.argv[1:])
