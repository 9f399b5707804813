"""Calls that may hang, exit or print for ever, made safe for their caller.

The call runs in a daemon thread of its own, so that a limit holds on every system and the caller goes on. A stuck call
is asked to stop as soon as it executes Python code again. `free` wakes one that waits in a socket; one that waits for
anything else keeps waiting until the process ends.
"""

from __future__ import annotations

import ctypes
import socket
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout, suppress
from itertools import count
from types import FrameType

from chatlab.grading.attempt.printed import Printed
from chatlab.grading.for_checks.threads import PIECE, patiently

SIGN_EVERY = 10  # pieces of the wait


class Stuck(Exception):
    """The call had not returned after `seconds`. `stack`: where its `thread` was then, outermost first."""

    def __init__(self, seconds: float, thread: threading.Thread) -> None:
        super().__init__(seconds, thread)
        self.seconds = seconds
        self.thread = thread
        self.stack = traceback.extract_stack(frame) if (frame := _frame(thread)) else []


def run_within(
    seconds: float,
    call: Callable[[], None],
    printed: Printed,
    sign: Callable[[float], object] = lambda left: None,
) -> BaseException | None:
    """Make the call. Returns what it raised, Stuck if it had not returned after `seconds`, or None. Raises nothing.

    `sign` is called again and again meanwhile, with the seconds that are left; on a busy machine, these are longer.
    """
    outcome: list[BaseException | None] = []

    def run() -> None:
        with suppress(SystemExit):  # of `ask_to_stop`, when it comes behind another error
            try:
                call()
            except BaseException as error:  # noqa: BLE001 - exit() and KeyboardInterrupt are outcomes as well
                outcome.append(error)
            else:
                outcome.append(None)

    thread = threading.Thread(target=run, name="check", daemon=True)

    pieces = count(1)

    def has_ended(piece: float) -> bool:
        thread.join(piece)
        if (number := next(pieces)) % SIGN_EVERY == 0:
            sign(seconds - number * PIECE)
        return not thread.is_alive()

    with redirect_stdout(printed), redirect_stderr(printed):
        thread.start()
        patiently(has_ended, seconds)
    if outcome:
        return outcome[0]
    stuck = Stuck(seconds, thread)
    ask_to_stop(thread)
    return stuck


def ask_to_stop(thread: threading.Thread) -> None:
    """SystemExit in `thread`, when it next executes Python code (Python's C API, PyThreadState_SetAsyncExc)."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(SystemExit))


def pass_over_stopped_threads() -> None:
    """Python says nothing when a thread ends by SystemExit. pytest's hook would format its traceback, and parse source
    for that: in Python 3.11, whoever parses in another thread at the same time fails.
    """
    hook = threading.excepthook

    def pass_over(crash: threading.ExceptHookArgs) -> None:
        if crash.exc_type is not SystemExit:
            hook(crash)

    threading.excepthook = pass_over


def free(thread: threading.Thread) -> None:
    """Wake `thread` if it waits in a socket. Every socket that its functions hold is of no use afterwards."""
    frame = _frame(thread)
    while frame:
        for value in list(frame.f_locals.values()):
            for held in (value, *getattr(value, "__dict__", {}).values()):
                if isinstance(held, socket.socket):
                    with suppress(OSError):
                        socket.socket.shutdown(held, socket.SHUT_RDWR)  # wakes it on Linux and macOS
                    if sys.platform == "win32":
                        socket.socket.close(held)  # wakes it there; on Linux, it would not
        frame = frame.f_back


def _frame(thread: threading.Thread) -> FrameType | None:
    return sys._current_frames().get(thread.ident or 0)
