"""A lesson that is opened and saved, and not run, is the same file: nothing stands in the way of a `git pull`."""

from __future__ import annotations

from pathlib import Path

import pytest

from .jupyterlab_driver import JupyterLab, Page

LESSONS = sorted(file.name for file in (Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson[:2])
def test_saving_an_unrun_lesson_changes_nothing(lab: JupyterLab, page: Page, lesson: str) -> None:
    file = lab.folder / lesson
    stored, written_at = file.read_bytes(), file.stat().st_mtime_ns
    lab.open(page, lesson).save()
    assert file.stat().st_mtime_ns > written_at
    assert file.read_bytes() == stored, "chatlab was installed before it had an extension? pip install -e ."
