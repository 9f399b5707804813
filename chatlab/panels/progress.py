"""A bar that moves while a cell runs."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets
from IPython.display import display


class Progress(ipywidgets.HBox):
    """The bar, and beside it what is being done."""

    def __init__(self) -> None:
        self._bar = ipywidgets.FloatProgress(min=0.0, max=1.0, layout={"width": "220px"})
        self._what = ipywidgets.Label()
        super().__init__([self._bar, self._what])

    def __repr__(self) -> str:
        return "A bar that moved while the cell ran"

    def tell(self, share: float, what: str) -> None:
        """`share` of it is done, from 0.0 to 1.0, and `what` comes next."""
        self._bar.value = share
        self._what.value = what


def show_progress() -> Callable[[float, str], None]:
    """Show a bar. What is returned moves it: it is called with the share that is done, and with what comes next."""
    progress = Progress()
    display(progress)  # type: ignore[no-untyped-call]
    return progress.tell
