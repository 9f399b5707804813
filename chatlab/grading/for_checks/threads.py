"""The threads of a learner's code, as a check sees them: which have not ended, and where one waits."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable

from chatlab.grading.for_checks.patience import patiently


class Call:
    """A call in a thread of its own, so that it may hang."""

    def __init__(self, function: Callable[[], object]) -> None:
        self.error: BaseException | None = None  # that it raised
        self.thread = threading.Thread(target=self._run, args=(function,), name="check-call", daemon=True)

    def has_ended(self, seconds: float = 0.0) -> bool:
        """Whether it has, `seconds` from now at the latest. Raises what it raised."""
        ended = patiently(self._ends, seconds) or self._ends(0)
        if self.error:
            raise self.error
        return ended

    def _ends(self, seconds: float) -> bool:
        self.thread.join(seconds)
        return not self.thread.is_alive()

    def _run(self, function: Callable[[], object]) -> None:
        try:
            function()
        except BaseException as error:  # noqa: BLE001 - raised again by who asks how it ended
            self.error = error


class OwnThreads:
    """The threads that are started after this was made."""

    def __init__(self) -> None:
        self._others = set(threading.enumerate()) | {threading.current_thread()}

    @property
    def left(self) -> list[threading.Thread]:
        """Those that have not ended."""
        return [thread for thread in threading.enumerate() if thread not in self._others]

    def call(self, function: Callable[[], object]) -> Call:
        """Call `function` in a thread, which is the check's and is none of those here."""
        call = Call(function)
        self._others.add(call.thread)
        call.thread.start()
        return call


def waits_in(thread: threading.Thread, module: str, function: str) -> bool:
    """Whether `thread` is inside `function` of the Python module `module` now."""
    frame = sys._current_frames().get(thread.ident or 0)
    while frame:
        if frame.f_globals.get("__name__") == module and frame.f_code.co_name == function:
            return True
        frame = frame.f_back
    return False
