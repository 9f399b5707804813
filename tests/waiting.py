"""What tests wait for: what a callback hears, and that no thread is left; and a system that starts none."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

import pytest

from tests.programs import LIMIT

T = TypeVar("T")


class Heard(Generic[T]):
    """An `on_event`, an `on_fate` or a `log`: collects what comes, and can be waited for. `all`: what has come so far.

    Each way to wait fails after LIMIT seconds.
    """

    def __init__(self) -> None:
        self.all: list[T] = []
        self._taken = 0  # by `next`
        self._came = threading.Condition()

    def __call__(self, what: T) -> None:
        with self._came:
            self.all.append(what)
            self._came.notify_all()

    def next(self, wanted: T | type[T] | None = None) -> T:
        """The next one after what this has returned; or the next that is `wanted`, or of that type."""
        while True:
            what = self.wait_for_count(self._taken + 1)[self._taken]
            self._taken += 1
            if wanted in (None, what, type(what)):
                return what

    def wait_for(self, wanted: Callable[[T], object]) -> T:
        """The first of all for which `wanted` holds."""
        with self._came:
            assert self._came.wait_for(lambda: any(map(wanted, self.all)), LIMIT), self.all
            return next(filter(wanted, self.all))

    def wait_for_count(self, count: int) -> list[T]:
        """All, once there are `count`."""
        with self._came:
            assert self._came.wait_for(lambda: len(self.all) >= count, LIMIT), f"{len(self.all)} of {count}: {self.all}"
            return list(self.all)


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    """For a conftest.py to import: then what a test of its folder starts has ended when the test ends."""
    before = set(threading.enumerate())
    yield
    left = {thread.name for thread in threading.enumerate() if thread not in before}
    left.discard("panels-at-the-end")  # waits for the end of the program, so that whatever is open is closed then
    assert not left, f"still running: {left}"


def no_thread_left_after(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """The system starts `count` threads more, as long as `monkeypatch` lasts."""
    start = threading.Thread.start
    left = [None] * count

    def start_while_there_are(thread: threading.Thread) -> None:
        if not left:
            raise RuntimeError("can't start new thread")
        left.pop()
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", start_while_there_are)
