"""A call that may hang, exit or flood, made safe for the one who calls.

It runs in a daemon thread of its own, so that a limit holds on every system and the caller goes on. What is stuck
is asked to stop as soon as it executes Python code again; what waits inside a system call keeps waiting until
the caller closes what it waits for, or until the process ends.
"""

from __future__ import annotations

import ctypes
import io
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout

FLOOD = 1_000_000  # characters
KEPT = 2_000


class Stuck(Exception):
    """The call had not returned after `seconds`. `stack`: where it was then, outermost first."""

    def __init__(self, seconds: float, stack: list[traceback.FrameSummary]) -> None:
        super().__init__(seconds, stack)
        self.seconds = seconds
        self.stack = stack


class Flood(BaseException):
    """The call printed more than FLOOD characters; raised in the line that prints. No `except Exception` stops it."""


class Printed(io.TextIOBase):
    """Standard output and error of a call, of which the end is kept."""

    def __init__(self) -> None:
        self.text = ""
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.size += len(text)
        self.text = (self.text + text[-KEPT:])[-KEPT:]
        if self.size > FLOOD:
            raise Flood
        return len(text)


def run_within(seconds: float, call: Callable[[], None], printed: Printed) -> BaseException | None:
    """Make the call; the answer is how it failed, None if it did not. Never raises for what the call does."""
    outcome: list[BaseException | None] = []

    def run() -> None:
        try:
            call()
        except BaseException as error:  # noqa: BLE001 - exit() and KeyboardInterrupt are the callee's too
            outcome.append(error)
        else:
            outcome.append(None)

    thread = threading.Thread(target=run, name="check", daemon=True)
    with redirect_stdout(printed), redirect_stderr(printed):
        thread.start()
        thread.join(seconds)
    if outcome:
        return outcome[0]
    frame = sys._current_frames().get(thread.ident or 0)
    stack = traceback.extract_stack(frame) if frame else []
    _ask_to_stop(thread)
    return Stuck(seconds, stack)


def _ask_to_stop(thread: threading.Thread) -> None:
    """Python's C API, PyThreadState_SetAsyncExc."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(SystemExit))
