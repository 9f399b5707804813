"""A panel about a service, with a button that starts and stops it."""

from __future__ import annotations

import ipywidgets

from chatlab.panels.live_panel import LivePanel
from chatlab.room.errors import ChatlabError
from chatlab.service.interfaces import Startable

INTERVAL = 0.3  # seconds between two looks at it


class ServicePanel(LivePanel):
    """To be inherited from before the widget's own class. `_problem`: why the last start has failed."""

    def __init__(self, thread: str) -> None:
        super().__init__(thread, INTERVAL)
        self._problem = ""
        self._shown: object = None  # on the page by now
        self._state = ipywidgets.HTML()
        self._button = ipywidgets.Button()
        self._details = ipywidgets.HTML()
        self._button.on_click(self._start_or_stop)

    @property
    def _service(self) -> Startable:
        """What it is about; another one, perhaps, after a while."""
        raise NotImplementedError

    def _start_or_stop(self, _button: object) -> None:
        """On whatever thread the kernel handles clicks."""
        with self._lock:
            if self._service.running:
                self._service.close()
            elif not self._closed:
                self._open()
        self._show()

    def _open(self) -> None:
        with self._lock:
            self._problem = ""
            try:
                self._service.start()
            except (ChatlabError, OSError) as problem:
                self._problem = str(problem)

    def _shut(self) -> None:
        with self._lock:  # perhaps somebody has just clicked Start
            self._service.close()
