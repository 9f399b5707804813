"""The threads that receive at a socket: who they are, how many are at it now, and how often one began."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from chatlab.grading.for_checks.threads import patiently

LOOK_EVERY = 0.005  # seconds


class Receivers:
    """`number`: of those that are at it. `begun`: how often one began. `threads`: all that ever did."""

    def __init__(self) -> None:
        self._inside: list[threading.Thread] = []
        self.begun = 0
        self.threads: set[threading.Thread] = set()
        self._changed = threading.Condition()
        self._each_begin = threading.Semaphore(0)

    @property
    def number(self) -> int:
        return len(self._inside)

    @contextmanager
    def one_more(self) -> Iterator[None]:
        """Around one receive."""
        thread = threading.current_thread()
        with self._changed:
            self._inside.append(thread)
            self.begun += 1
            self.threads.add(thread)
            self._changed.notify_all()
        self._each_begin.release()
        try:
            yield
        finally:
            with self._changed:
                self._inside.remove(thread)
                self._changed.notify_all()

    def wait_for_begins(self, number: int, seconds: float) -> None:
        """Until one has begun `number` times since the last call; `seconds` for each."""
        for _ in range(number):
            patiently(lambda piece: self._each_begin.acquire(timeout=piece), seconds)

    def wait_for_another(self, begun: int, seconds: float) -> None:
        """Until one has begun after the first `begun`."""
        with self._changed:
            self._changed.wait_for(lambda: self.begun > begun, seconds)

    @contextmanager
    def look_at_what_comes(self, seconds: float) -> Iterator[None]:
        """Around a send that wakes those who receive: it ends when one of them has begun again, or all have ended."""
        with self._changed:
            woken, begun = list(self._inside), self.begun
        yield
        deadline = time.monotonic() + seconds
        while self.begun == begun and any(thread.is_alive() for thread in woken) and time.monotonic() < deadline:
            threading.Event().wait(LOOK_EVERY)

    def wait_until_gone(self, seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: not self.number, seconds)
