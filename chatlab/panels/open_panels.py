"""Which panels are open, so that a cell can be run again: a new panel first closes the older one in its place.

Two panels want the same place if they have the same name, for example ("ChatPanel", "UdpClient", "ada"), or if they
were given the same client or server. Some names may be had by any number of panels, such as that of a room on any free
port: there the place belongs to the cell, and a panel closes what the same cell showed when it was run before.
Panels that are still open when the kernel ends are closed then, so that the room hears of it, and no thread keeps the
kernel alive.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Hashable
from contextlib import ExitStack
from typing import Any, NamedTuple, Protocol


class Panel(Protocol):
    def close(self) -> None: ...


class _Place(NamedTuple):
    name: Hashable
    subject: object
    panel: Panel
    cell: _Cell | None  # None: it is in this place whichever cell shows it


class _Cell(NamedTuple):
    """A notebook's cell, and one run of it. Outside of a notebook both are ''."""

    cell: str
    run: str


_taken: list[_Place] = []
_lock = threading.Lock()
_at_the_end: threading.Thread | None = None
_has_ended = threading.Event()  # the kernel


def take_place(name: Hashable, subject: object, panel: Panel, *, of_cell: bool = False) -> None:
    """`panel` is open from now on. Returns when those in its place have closed.

    `subject`: its client, server or trace. `of_cell`: whether panels of other cells may have the same name.
    """
    global _at_the_end  # noqa: PLW0603
    new = _Place(name, subject, panel, _running_cell() if of_cell else None)
    with _lock:
        older = [place.panel for place in _taken if place.subject is subject or _is_same(place, new)]
        _taken.append(new)
        if _at_the_end is None:
            _at_the_end = threading.Thread(target=_close_all_at_the_end, name="panels-at-the-end")
            _at_the_end.start()
    _close_all(older)


def give_up_place(panel: Panel) -> None:
    """`panel` has closed."""
    with _lock:
        _taken[:] = [place for place in _taken if place.panel is not panel]


def how_to_come_back() -> str:
    """What to do about a panel that has closed."""
    return "choose Run → Run All Cells: the kernel has ended" if _has_ended.is_set() else "run this cell again"


def _is_same(old: _Place, new: _Place) -> bool:
    if old.name != new.name:
        return False
    if old.cell is None or new.cell is None:
        return old.cell is new.cell
    return old.cell.cell == new.cell.cell and old.cell.run != new.cell.run


def _running_cell() -> _Cell:
    """By what the front end asked for (Jupyter's messaging protocol): a cell that is not named is known by its code."""
    ipython = sys.modules.get("IPython")
    request: dict[str, Any] = getattr(ipython and ipython.get_ipython(), "get_parent", dict)()
    cell = request.get("metadata", {}).get("cellId") or request.get("content", {}).get("code", "")
    return _Cell(cell, request.get("header", {}).get("msg_id", ""))


def _close_all_at_the_end() -> None:
    # Not by atexit: that comes only when all threads have ended, and those of the panels wait to be closed.
    threading.main_thread().join()
    _has_ended.set()
    _close_all([place.panel for place in _taken])


def _close_all(panels: list[Panel]) -> None:
    """Close the newest first, people before their room. If one raises, the others are closed all the same."""
    with ExitStack() as closing:
        for panel in panels:
            closing.callback(panel.close)
