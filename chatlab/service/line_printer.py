"""Lines on standard output, whatever becomes of those who read them.

Of an output that is read, no line is lost. Where nobody reads, lines are dropped once MOST_WAITING bytes of them wait,
and counted: their number is printed in their place when reading goes on.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from typing import BinaryIO

from chatlab.service.guarded_threads import DaemonThread

# Bytes of lines that wait to be printed.
MOST_WAITING = 16 * 1024 * 1024
# Bytes that are written at once. A full pipe of Linux takes more once a page of it has been read, 4096 bytes: pipe(7).
PIECE = 4096
# At the end, an output that takes nothing for so long gets no more, in seconds.
LAST_WORDS = 0.5
# Until an output that is full and does not wait is tried again, in seconds.
FULL_PAUSE = 0.02


class LinePrinter:
    """Prints lines from a thread of its own. A context manager, which prints what waits when it ends.

    `patience`: how long `print` waits for an output that takes nothing, in seconds, where MOST_WAITING bytes wait
    already. It waits once: then lines are dropped at once, until the output takes something. A room, whose log must not
    wait, has a patience of 0.
    What the output's encoding lacks is written as an escape. If the output is closed, all lines are dropped.
    """

    def __init__(self, patience: float = 0.0) -> None:
        self._patience = patience
        self._waiting = bytearray()
        self._dropped = 0  # lines, behind those that wait
        self._stuck = False  # `print` has waited in vain, and the output has taken nothing since
        self._ending = False
        self._closed = sys.stdout is None  # before the program began; or nobody can read what we print any more
        self._taken = 0  # how often the output has taken something
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
        while self._thread.is_alive() and before != self._taken:
            before = self._taken
            self._thread.join(LAST_WORDS)

    def print(self, line: str) -> None:
        """Print `line`, soon."""
        with self._changed:
            while self._is_full() and not self._stuck:
                self._stuck = not self._is_taken_from(self._taken)
            if self._is_full():
                self._dropped += 1
            elif not self._closed:
                self._note_gap()
                self._append(line)

    def _is_full(self) -> bool:
        return len(self._waiting) >= MOST_WAITING

    def _is_taken_from(self, before: int) -> bool:
        """Whether the output takes something within our patience; `before`: what `_taken` is until then."""
        return self._changed.wait_for(lambda: self._taken != before or self._closed, self._patience)

    def _append(self, line: str) -> None:
        if not self._waiting:
            self._changed.notify_all()
        self._waiting += f"{line}\n".encode(sys.stdout.encoding, "backslashreplace")

    def _note_gap(self) -> None:
        if self._dropped:
            self._append(f"(… {self._dropped:,} {'line was' if self._dropped == 1 else 'lines were'} not printed)")
            self._dropped = 0

    def _print(self) -> None:
        # An unbuffered file of our own: sys.stdout has a lock, which a thread that is stuck in a write would hold
        # against the end of the program.
        with contextlib.suppress(OSError):  # BrokenPipeError: the reader has closed it
            if not self._closed:
                with open(sys.stdout.fileno(), "wb", buffering=0, closefd=False) as out:
                    while piece := self._next():
                        self._write(out, piece)
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify_all()

    def _next(self) -> bytes:
        """What is to be written now: whole lines, or a piece of a long one; nothing at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._dropped or self._ending)
            if not self._waiting:
                self._note_gap()
            return bytes(self._waiting[: self._waiting.rfind(b"\n", 0, PIECE) + 1 or PIECE])

    def _write(self, out: BinaryIO, piece: bytes) -> None:
        if written := out.write(piece):
            with self._changed:
                del self._waiting[:written]
                self._taken += 1
                self._stuck = False
                self._changed.notify_all()
        else:  # somebody has made our output one that does not wait
            time.sleep(FULL_PAUSE)
