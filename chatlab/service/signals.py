"""Ctrl-C for a program that has threads: where it may end what goes on, and where it has to wait."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

# Windows has SIGBREAK (Ctrl-Break), and no SIGHUP (the terminal is closed); nobody sends SIGTERM there.
STOPS = ("SIGINT", "SIGTERM", "SIGBREAK", "SIGHUP")
# How often a wait looks up, in seconds. On Windows, Ctrl-Break does not wake whoever sleeps.
LOOK = 0.2


def raise_interrupt() -> None:
    """What Python does by itself when Ctrl-C comes."""
    raise KeyboardInterrupt


class Interrupts:
    """From now on each of STOPS is noted. It ends what `may_end` surrounds, now or next: there the program waits.

    Elsewhere it ends nothing: that could hold a lock which another thread waits for. Belongs to the main thread.
    """

    def __init__(self) -> None:
        self._noted = False
        self._end: Callable[[], None] | None = None
        for name in STOPS:
            number = getattr(signal, name, None)
            # nohup(1) ignores SIGHUP, so that a program outlives its terminal.
            if number and not (name == "SIGHUP" and signal.getsignal(number) is signal.SIG_IGN):
                signal.signal(number, lambda number, frame: self._note())

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

    def wait_while(self, goes_on: Callable[[], bool]) -> None:
        """Return at a signal, or at most LOOK seconds after `goes_on` became false."""
        with suppress(KeyboardInterrupt), self.may_end():
            while goes_on():
                time.sleep(LOOK)

    def _note(self) -> None:
        self._noted = True
        if self._end:
            self._end()
