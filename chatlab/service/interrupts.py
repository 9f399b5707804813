"""Ctrl-C for a program that has threads: where it may end what goes on, and where it has to wait."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager


def raise_interrupt() -> None:
    """What Python does by itself when Ctrl-C comes."""
    raise KeyboardInterrupt


class Interrupts:
    """Ctrl-C, SIGTERM and SIGHUP end what `may_end` surrounds, now or next: there the program waits.

    What they ended elsewhere could hold a lock that another thread waits for.
    """

    def __init__(self) -> None:
        self._noted = False
        self._end: Callable[[], None] | None = None
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), lambda number, frame: self._note())

    @contextmanager
    def may_end(self, end: Callable[[], None] = raise_interrupt) -> Iterator[None]:
        """`end` lets the surrounded code raise KeyboardInterrupt; it is called between two of its instructions."""
        self._end = end
        try:
            if self._noted:
                raise KeyboardInterrupt
            yield
        finally:
            self._end = None

    def _note(self) -> None:
        self._noted = True
        if self._end:
            self._end()
