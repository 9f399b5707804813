"""What the checks say of an exercise's file, on a page: now, and again whenever the file is saved.

check-panel (our thread)    what has changed -> the page
check (our thread)          looks at the file twice a second; runs one check at a time

While a check runs, what the last one said stays, dimmed: the page keeps its height.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any, ClassVar, Protocol

import ipywidgets

from chatlab.panels.live_panel import LivePanel
from chatlab.panels.style import make_card
from chatlab.room.errors import in_words
from chatlab.service.guarded_threads import DaemonThread

LOOK_EVERY = 0.5  # seconds
WATCH = "Check again when I save the file"
STARTS = "the grader starts"


class Said(Protocol):
    """What a check says: as HTML, and by its repr as a text. What comes from strangers is escaped in it."""

    def _repr_html_(self) -> str: ...


class Checkable(Protocol):
    """`name`: in a few words. `link`: what leads from the notebook to the file. `check` ends soon after its event is
    set, and tells in half a sentence what it does.
    """

    @property
    def name(self) -> str: ...
    @property
    def file(self) -> Path: ...
    @property
    def link(self) -> str: ...
    def check(self, stop: threading.Event, tell: Callable[[str], object]) -> Said: ...


class CheckPanel(LivePanel, ipywidgets.VBox):
    """`exercise` with what its checks say. A context manager.

    A panel first closes the older one for the same file, and goes on from what that one showed.
    """

    _last: ClassVar[dict[Path, Said]] = {}  # what the checks of a file said last

    def __init__(self, exercise: Checkable) -> None:
        super().__init__("check-panel")
        self.exercise = exercise
        self._doing = STARTS  # "" while no check runs
        self._said: Said | None = self._last.get(exercise.file)
        self._problem = ""
        self._state = ipywidgets.HTML()
        self._watch = ipywidgets.Checkbox(value=True, description=WATCH, indent=False)
        self._result = ipywidgets.Output()  # in it JupyterLab opens links beside the notebook
        header = ipywidgets.HBox([self._state, self._watch])
        self.children = [make_card(self, "check"), header, self._result, _link_of_notebook_7(exercise.link)]
        self._checker = DaemonThread("check", self._keep_checking)
        self._go_live(("CheckPanel", exercise.file), exercise)

    def __repr__(self) -> str:
        return f"The checks of {self.exercise.name}: run this cell to see what they say."

    def _open(self) -> None:
        self._checker.start()

    def _shut(self) -> None:
        self._ending.set()
        if self._checker.ident:
            self._checker.join()
        self._watch.disabled = True

    def _keep_checking(self) -> None:
        checked = None
        while not self._ending.is_set():
            found = self._content()
            if checked is None or (self._watch.value and found != checked):
                checked = found
                self._check()
            self._ending.wait(LOOK_EVERY)

    def _check(self) -> None:
        self._tell(STARTS)
        try:
            said = self.exercise.check(self._ending, self._tell)
        except Exception as error:  # noqa: BLE001  # whatever it is, nobody else would say so
            problem = in_words(error)
        else:
            problem = ""
            if not self._ending.is_set():
                with self._lock:
                    self._said = self._last[self.exercise.file] = said
        with self._lock:
            self._problem = problem
        self._tell("")

    def _tell(self, doing: str) -> None:
        with self._lock:
            self._doing = doing
        self._news.set()

    def _content(self) -> bytes:
        try:
            return self.exercise.file.read_bytes()
        except OSError as error:  # that it isn't there is for the check to say
            return in_words(error).encode()

    def _show(self) -> None:
        with self._lock:
            if self._said:
                self._result.outputs = (_output(self._said),)
            if self._doing and not self._closed:
                self.add_class("chatlab-busy")
                self._state.value = f"<b>Checking your file</b>: {escape(self._doing)} …"
                return
            self.remove_class("chatlab-busy")
            if self._closed:
                self._state.value = "Closed: to check again, run this cell again"
            else:
                self._state.value = escape(f"The check has failed: {self._problem}" if self._problem else "Checked")


def _link_of_notebook_7(link: str) -> ipywidgets.HTML:
    """To the file. Jupyter Notebook 7 shows a file that an output leads to, but does not let anybody write in it.

    check.css shows this one there, and that of the result everywhere else.
    """
    html = ipywidgets.HTML(f'Write your code here, and save it: <a href="{escape(link)}" target="_blank">{link}</a>')
    html.add_class("chatlab-notebook-7")
    return html


def _output(said: Said) -> dict[str, Any]:
    return {
        "output_type": "display_data",
        "data": {"text/html": said._repr_html_(), "text/plain": repr(said)},
        "metadata": {},
    }
