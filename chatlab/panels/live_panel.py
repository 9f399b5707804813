"""What all panels share: a thread of its own that keeps the page up to date, a place among the panels, and one end.

`_go_live`    closes the panel that had this place, opens what this one is about, and shows it
the thread    shows what has changed: when there is news, and every `every` seconds; at most every `_rest` seconds
`close`       closes what the panel is about, ends the thread, and shows that
"""

from __future__ import annotations

import threading
from collections.abc import Hashable
from typing import TYPE_CHECKING

from chatlab.panels.open_panels import give_up_place, take_place
from chatlab.service.guarded_threads import DaemonThread

if TYPE_CHECKING:
    from typing_extensions import Self

PAUSE = 0.05


class LivePanel:
    """A context manager, to be inherited from before the widget's own class.

    `thread`: the name of its thread. `every`: how often it looks for what has changed, in seconds; None if somebody
    sets `_news` each time.
    """

    def __init__(self, thread: str, every: float | None = None) -> None:
        self._lock = threading.RLock()  # around what is shown, and around showing it, so that the page gets it in order
        self._closed = False
        self._every = every
        self._rest = PAUSE  # seconds between two looks; a panel that takes long to show may rest longer
        self._news = threading.Event()
        self._ending = threading.Event()
        self._thread = DaemonThread(thread, self._keep_showing)  # panels-at-the-end closes it when the kernel ends
        super().__init__()

    def close(self) -> None:
        """Close what the panel is about, and end its thread. The panel stays on the page, and says so."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        try:
            self._shut()
        finally:
            self._ending.set()
            self._news.set()
            if self._thread.ident:  # it has started
                self._thread.join()
            self._show()
            give_up_place(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _go_live(self, name: Hashable, subject: object, *, of_cell: bool = False) -> None:
        """Take the place that `take_place` describes. Whoever interrupts the cell meanwhile leaves nothing open."""
        try:
            self._thread.start()
            take_place(name, subject, self, of_cell=of_cell)
            self._open()
            self._show()
        except BaseException:
            self.close()
            raise

    def _keep_showing(self) -> None:
        while not self._ending.is_set():
            self._news.wait(self._every)
            self._news.clear()
            self._show()
            self._ending.wait(self._rest)

    def _open(self) -> None:
        """Start what the panel is about. What goes wrong is shown, not raised."""

    def _shut(self) -> None:
        """Close what the panel is about. Called once."""

    def _show(self) -> None:
        """Bring the page up to date. Any thread may call it."""
        raise NotImplementedError
