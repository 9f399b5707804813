"""Threads, for checks: which of a learner's code have not ended, where one waits, and how to wait for one in pieces.

On a busy machine a whole process may stand still for a second. A wait of two seconds in one piece is then over as soon
as the process goes on, although the code under check had no chance either. Of many short pieces, only one is lost.
"""

from __future__ import annotations

import linecache
import re
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path
from time import monotonic  # as it is now: a learner's code may put another one into the module
from traceback import extract_stack
from typing import Any, NoReturn, TypeVar

import pytest

from chatlab.grading.verdict import NotYetRight

PIECE = 0.05  # seconds
LOOKS_A_PIECE = 10
MOMENT = 0.2  # seconds
SENDS = ("send", "sendall", "sendto")
CALL = "check-call"

Result = TypeVar("Result")


def patiently(wait: Callable[[float], Result], seconds: float) -> Result | None:
    """Call `wait(PIECE)` until it returns something true or `seconds` have passed. Returns that value, or None. A call
    counts for the time that it took, and for PIECE at most.
    """
    left = seconds
    while left > 0:
        began = monotonic()
        if result := wait(PIECE):
            return result
        left -= min(PIECE, monotonic() - began)
    return None


def wait_until(is_so: Callable[[], bool], seconds: float) -> bool:
    """Wait for what nobody tells of: `is_so` is asked again and again. Returns whether it is."""

    def look(piece: float) -> bool:
        return any(is_so() or threading.Event().wait(piece / LOOKS_A_PIECE) for _ in range(LOOKS_A_PIECE))

    return bool(patiently(look, seconds)) or is_so()


class Call:
    """A call in a thread of its own, so that it may hang."""

    def __init__(self, function: Callable[[], object]) -> None:
        self.error: BaseException | None = None  # that it raised
        self.thread = threading.Thread(target=self._run, args=(function,), name=CALL, daemon=True)

    def wait(self, seconds: float) -> bool:
        """Whether the call is over, `seconds` from now at the latest."""
        return bool(patiently(self._join, seconds)) or self._join(0)

    def has_ended(self, seconds: float = 0.0) -> bool:
        """The same, but raises what the call has raised."""
        ended = self.wait(seconds)
        if self.error:
            raise self.error
        return ended

    def _join(self, seconds: float) -> bool:
        self.thread.join(seconds)
        return not self.thread.is_alive()

    def _run(self, function: Callable[[], object]) -> None:
        try:
            function()
        except BaseException as error:  # noqa: BLE001 - raised again by has_ended
            self.error = error


@contextmanager
def pausing_after_sends() -> Iterator[None]:
    """Meanwhile, each Call stands still for a moment after what it sends, by whatever socket: whoever gets the datagram
    has looked at it before the next line of the Call.
    """

    def pausing(send: Callable[..., Any]) -> Callable[..., Any]:
        def send_and_pause(*arguments: Any) -> Any:
            sent = send(*arguments)
            if threading.current_thread().name == CALL:
                threading.Event().wait(MOMENT)
            return sent

        return send_and_pause

    with pytest.MonkeyPatch.context() as patch:
        for name in SENDS:
            patch.setattr(socket.socket, name, pausing(getattr(socket.socket, name)))
        yield


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


def line_of(thread: threading.Thread) -> str:
    """The line of code in which `thread` is now; '' if it has ended or nobody has its text."""
    frame = sys._current_frames().get(thread.ident or 0)
    return linecache.getline(frame.f_code.co_filename, frame.f_lineno).strip() if frame else ""


def refuse_to_wait_here(did: str = "received", to_do: str = "To receive") -> NoReturn:
    """Raises NotYetRight: the thread that called the learner's code is about to wait in it."""
    frames = list(takewhile(lambda frame: not Path(frame.filename).name.startswith("test_ex"), extract_stack()[::-1]))
    means = f"{to_do} is for a thread of its own: Thread(target=self.method), then start()."
    if any(re.search(r"target\s*=.+\(.*\)\s*[,)]", frame.line or "") for frame in frames):
        means = "The brackets call the method at once: Thread(target=self.method), without brackets behind it."
    elif any(frame.name == "run" for frame in frames):
        means = "run() does the work of the thread in the thread that calls it; start() starts a thread."
    raise NotYetRight(f"It {did} in the thread that called it, so it can't return at once.", means)
