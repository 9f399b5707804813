"""Lines on standard output, whatever becomes of whoever reads them.

Of an output that is read, no line is lost. Where nobody reads, lines are dropped once MOST_WAITING wait, and counted:
their number is printed in their place when reading goes on.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections import deque
from typing import BinaryIO

from chatlab.service.guarded_threads import DaemonThread

MOST_WAITING = 1000
# At the end, an output that takes nothing for so long gets no more, in seconds.
LAST_WORDS = 0.5
# Until an output that is full and does not wait is tried again, in seconds.
FULL_PAUSE = 0.02


class LinePrinter:
    """Prints lines from a thread of its own. A context manager, which prints what waits when it ends.

    `patience`: how long `print` waits where MOST_WAITING lines wait and none goes out, in seconds. It waits once: then
    lines are dropped at once, until one goes out. A room, whose log must not wait, has a patience of 0.
    What the output's encoding lacks is written as an escape. If the output is closed, all lines are dropped.
    """

    def __init__(self, patience: float = 0.0) -> None:
        self._patience = patience
        self._lines: deque[str] = deque()
        self._dropped = 0  # lines, behind those that wait
        self._stuck = False  # somebody has waited in vain, and no line has gone out since
        self._ending = False
        self._closed = False  # nobody can read what we print
        self._written = 0  # how often the output has taken something
        self._changed = threading.Condition()  # guards all above
        self._thread = DaemonThread("line-printer", self._print)  # a daemon: a write that nobody reads can't be ended

    def __enter__(self) -> LinePrinter:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        with self._changed:
            self._ending = True
            self._changed.notify_all()
        before = -1
        while self._thread.is_alive() and before != self._written:
            before = self._written
            self._thread.join(LAST_WORDS)

    def print(self, line: str) -> None:
        """Print `line`, soon."""
        with self._changed:
            if self._is_full() and not self._stuck:
                self._stuck = not self._changed.wait_for(lambda: not self._is_full(), self._patience)
            if self._is_full():
                self._dropped += 1
            elif not self._closed:
                self._note_gap()
                self._lines.append(line)
                self._changed.notify_all()

    def _is_full(self) -> bool:
        return len(self._lines) >= MOST_WAITING

    def _note_gap(self) -> None:
        if self._dropped:
            self._lines.append(
                f"(… {self._dropped:,} {'line was' if self._dropped == 1 else 'lines were'} not printed)"
            )
            self._dropped = 0

    def _print(self) -> None:
        # sys.stdout is None if it was closed before the program began.
        # An unbuffered file of our own: sys.stdout has a lock, which a thread that is stuck in a write would hold
        # against the end of the program.
        with contextlib.suppress(OSError):  # BrokenPipeError: the reader has closed it
            if sys.stdout:
                with open(sys.stdout.fileno(), "wb", buffering=0, closefd=False) as out:
                    while (line := self._next()) is not None:
                        self._write(out, f"{line}\n".encode(sys.stdout.encoding, "backslashreplace"))
        with self._changed:
            self._closed = True
            self._lines.clear()
            self._changed.notify_all()

    def _next(self) -> str | None:
        """The line that is to be printed now; None at the end."""
        with self._changed:
            self._stuck = False
            self._changed.wait_for(lambda: self._lines or self._dropped or self._ending)
            if not self._lines:
                self._note_gap()
            if not self._lines:
                return None
            self._changed.notify_all()
            return self._lines.popleft()

    def _write(self, out: BinaryIO, rest: bytes) -> None:
        while rest:
            written = out.write(rest)
            if written:
                self._written += 1
                rest = rest[written:]
            else:  # somebody has made our output one that does not wait
                time.sleep(FULL_PAUSE)
