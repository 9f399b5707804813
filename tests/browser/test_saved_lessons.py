"""A lesson that is opened and saved, and not run, is the same file: nothing stands in the way of a `git pull`."""

from __future__ import annotations

from .jupyterlab_driver import JupyterLab, Page


def test_saving_an_unrun_lesson_changes_nothing(lab: JupyterLab, page: Page) -> None:
    """In one JupyterLab, as a reader goes from one lesson to the next."""
    lessons = sorted(lab.folder.glob("[0-9]*.ipynb"))
    assert len(lessons) > 1
    notebook = lab.open(page, lessons[0].name)
    changed = []
    for lesson in lessons:
        stored, written_at = lesson.read_bytes(), lesson.stat().st_mtime_ns
        notebook.go_to(lesson.name)
        notebook.save()
        assert lesson.stat().st_mtime_ns > written_at
        if lesson.read_bytes() != stored:
            changed.append(lesson.name)
    assert changed == [], "chatlab was installed before it had an extension? pip install -e ."
