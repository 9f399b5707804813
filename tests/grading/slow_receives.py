"""A plugin of pytest: as if another process got the processor whenever a receive has been counted and not yet made."""

from __future__ import annotations

import threading

DELAY = 0.02  # seconds


class SlowSemaphore(threading.Semaphore):
    """Who releases it goes on a little later."""

    def release(self, n: int = 1) -> None:
        super().release(n)
        threading.Event().wait(DELAY)


def pytest_configure() -> None:
    threading.Semaphore = SlowSemaphore  # type: ignore[misc]
