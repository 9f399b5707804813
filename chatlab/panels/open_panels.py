"""Which panels are open, so that a cell can be run again: a new panel first closes the older one in its place.

A panel is in the place of another if it has the same name, for example ("ChatPanel", "UdpClient", "ada"), or if it was
given the same client or server. What is still open when the kernel ends is closed then, so that the room hears of it,
and no thread keeps the kernel alive.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable
from typing import NamedTuple, Protocol


class Panel(Protocol):
    def close(self) -> None: ...


class _Place(NamedTuple):
    name: Hashable
    subject: object
    panel: Panel


_taken: list[_Place] = []
_lock = threading.Lock()
_at_the_end: threading.Thread | None = None


def take_place(name: Hashable, subject: object, panel: Panel) -> None:
    """`panel` is open from now on. `subject`: its client or server. Returns when those in its place have closed."""
    global _at_the_end  # noqa: PLW0603
    with _lock:
        older = [place.panel for place in _taken if place.name == name or place.subject is subject]
        _taken.append(_Place(name, subject, panel))
        if _at_the_end is None:
            _at_the_end = threading.Thread(target=_close_all_at_the_end, name="panels-at-the-end")
            _at_the_end.start()
    for other in older:
        other.close()


def give_up_place(panel: Panel) -> None:
    """`panel` has closed."""
    with _lock:
        _taken[:] = [place for place in _taken if place.panel is not panel]


def _close_all_at_the_end() -> None:
    # Not by atexit: that comes only when all threads have ended, and those of the panels wait to be closed.
    threading.main_thread().join()
    for place in reversed(_taken.copy()):  # people before their room
        place.panel.close()
