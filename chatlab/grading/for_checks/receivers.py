"""The threads that receive at a socket: how many are at it now, and how often one began."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from chatlab.grading.for_checks.threads import patiently


class Receivers:
    """`number`: of those that are at it. `begun`: how often one began."""

    def __init__(self) -> None:
        self.number = 0
        self.begun = 0
        self._changed = threading.Condition()
        self._each_begin = threading.Semaphore(0)

    @contextmanager
    def one_more(self) -> Iterator[None]:
        """Around one receive."""
        with self._changed:
            self.number += 1
            self.begun += 1
            self._changed.notify_all()
        self._each_begin.release()
        try:
            yield
        finally:
            with self._changed:
                self.number -= 1
                self._changed.notify_all()

    def wait_for_begins(self, number: int, seconds: float) -> None:
        """Until one has begun `number` times since the last call; `seconds` for each."""
        for _ in range(number):
            patiently(lambda piece: self._each_begin.acquire(timeout=piece), seconds)

    def wait_for_another(self, begun: int, seconds: float) -> None:
        """Until one has begun after the first `begun`."""
        with self._changed:
            self._changed.wait_for(lambda: self.begun > begun, seconds)

    def wait_until_gone(self, seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: not self.number, seconds)
