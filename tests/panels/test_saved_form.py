"""What becomes of a notebook that Jupyter's server is about to save."""

from __future__ import annotations

from typing import Any

from chatlab.panels.saved_form import leave_out_python_version


def test_a_notebook_is_saved_without_the_version_of_python() -> None:
    metadata = {"kernelspec": {"name": "python3"}, "language_info": {"name": "python", "version": "3.12.1"}}
    leave_out_python_version({"type": "notebook", "content": {"metadata": metadata}}, path="a.ipynb")
    assert metadata == {"kernelspec": {"name": "python3"}, "language_info": {"name": "python"}}


def test_what_has_no_version_and_what_is_no_notebook_is_saved_as_it_is() -> None:
    models: list[dict[str, Any]] = [
        {"type": "notebook", "content": {"metadata": {}}},
        {"type": "file", "content": "print('version')"},
        {"type": "directory", "content": None},
    ]
    for model in models:
        before = repr(model)
        leave_out_python_version(model)
        assert repr(model) == before
