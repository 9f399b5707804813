"""The panel of an exercise's checks: when it checks, what it shows meanwhile, and how it ends."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue

import pytest

from chatlab.grading.reports import check_panel
from chatlab.grading.reports.check_panel import CheckPanel
from tests.programs import LIMIT


def unlink(file: Path) -> None:
    """On Windows that can't be done while the panel looks into it."""
    deadline = time.monotonic() + LIMIT
    while file.exists():
        assert time.monotonic() < deadline
        with contextlib.suppress(PermissionError):
            file.unlink()


class Result:
    def __init__(self, content: str) -> None:
        self.content = content

    def _repr_html_(self) -> str:
        return f"<p>{self.content}</p>"

    def __repr__(self) -> str:
        return self.content


class FakeExercise:
    """Its check says what is in the file. It begins when `begun` says so, and ends when it is told to go on."""

    name = "ex00 Say hello"
    link = "../exercises/ex00_warm_up.py"

    def __init__(self, file: Path) -> None:
        self._file = file
        self.looks: Queue[None] = Queue()
        self.begun: Queue[Callable[[str], object]] = Queue()
        self.go_on = threading.Semaphore(0)
        self.error: Exception | None = None
        self.running = 0

    @property
    def file(self) -> Path:
        self.looks.put(None)
        return self._file

    def wait_for_looks(self) -> None:
        """Until the panel has looked at the file, the whole of it, since this was called."""
        while not self.looks.empty():
            self.looks.get()
        for _ in range(2):
            self.looks.get(timeout=LIMIT)

    def check(self, stop: threading.Event, tell: Callable[[str], object]) -> Result:
        content = self._file.read_text()
        self.running += 1
        assert self.running == 1, "two checks at a time"
        self.begun.put(tell)
        while not self.go_on.acquire(timeout=0.01) and not stop.is_set():
            pass
        self.running -= 1
        if self.error:
            raise self.error
        return Result(content)


class Shown:
    """What a panel shows, in the order in which it came."""

    def __init__(self, panel: CheckPanel) -> None:
        self._changes: Queue[object] = Queue()
        for widget, trait in ((panel._state, "value"), (panel._result, "outputs")):
            widget.observe(lambda change: self._changes.put(change["new"]), trait)

    def wait_for(self, wanted: str) -> None:
        while wanted not in str(self._changes.get(timeout=LIMIT)):
            pass


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_panel, "LOOK_EVERY", 0.01)


@pytest.fixture
def exercise(tmp_path: Path) -> FakeExercise:
    file = tmp_path / "ex00.py"
    file.write_text("one")
    return FakeExercise(file)


@pytest.fixture
def panel(exercise: FakeExercise) -> Iterator[CheckPanel]:
    with CheckPanel(exercise) as panel:
        yield panel


def test_it_shows_at_once_that_a_check_runs_and_which(exercise: FakeExercise, panel: CheckPanel) -> None:
    assert panel._state.value == "<b>Checking your file</b>: the grader starts …"
    shown = Shown(panel)
    exercise.begun.get(timeout=LIMIT)("check 1 of 2: <says> hello")
    shown.wait_for("<b>Checking your file</b>: check 1 of 2: &lt;says&gt; hello …")
    assert "chatlab-busy" in panel._dom_classes
    exercise.go_on.release()
    shown.wait_for("Checked")
    assert "chatlab-busy" not in panel._dom_classes
    assert "<p>one</p>" in str(panel._result.outputs)


def test_what_is_saved_is_checked_one_after_the_other(exercise: FakeExercise, panel: CheckPanel) -> None:
    shown = Shown(panel)
    exercise.begun.get(timeout=LIMIT)
    exercise.file.write_text("two")  # while a check runs
    exercise.go_on.release()
    shown.wait_for("<p>one</p>")
    exercise.begun.get(timeout=LIMIT)
    assert "<p>one</p>" in str(panel._result.outputs), "what the last check said stays meanwhile"
    exercise.go_on.release()
    shown.wait_for("<p>two</p>")


def test_the_switch_holds_until_it_is_turned_on_again(exercise: FakeExercise, panel: CheckPanel) -> None:
    panel._watch.value = False
    shown = Shown(panel)
    exercise.go_on.release()
    shown.wait_for("Checked")
    exercise.begun.get(timeout=LIMIT)
    exercise.file.write_text("two")
    exercise.wait_for_looks()
    assert exercise.begun.empty()
    panel._watch.value = True
    exercise.begun.get(timeout=LIMIT)
    exercise.go_on.release()
    shown.wait_for("<p>two</p>")


def test_a_cell_that_is_run_again_goes_on_from_what_was_shown(exercise: FakeExercise, panel: CheckPanel) -> None:
    shown = Shown(panel)
    exercise.go_on.release()
    shown.wait_for("Checked")
    with CheckPanel(exercise) as again:
        assert panel._state.value == "Closed: to check again, run this cell again"
        assert not panel._checker.is_alive()
        assert "<p>one</p>" in str(again._result.outputs)
        assert again._state.value == "<b>Checking your file</b>: the grader starts …"


def test_to_close_it_ends_a_check_that_runs(exercise: FakeExercise, panel: CheckPanel) -> None:
    exercise.begun.get(timeout=LIMIT)
    panel.close()
    panel.close()
    assert not panel._checker.is_alive()
    assert panel._result.outputs == ()


def test_a_check_that_fails_itself_is_said_and_the_next_one_runs(exercise: FakeExercise, panel: CheckPanel) -> None:
    shown = Shown(panel)
    exercise.error = OSError("no <disk>")
    exercise.go_on.release()
    shown.wait_for("The check has failed: OSError: no &lt;disk&gt;")
    exercise.error = None
    unlink(exercise.file)
    shown.wait_for("The check has failed: FileNotFoundError")
    exercise.file.write_text("back")
    exercise.go_on.release()
    shown.wait_for("<p>back</p>")
