"""Lines on standard output, whatever becomes of whoever reads them."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from queue import Full, Queue

# How long the reader of our output may take for the last lines, in seconds.
LAST_WORDS = 0.2
# Until an output that is full and does not wait is tried again, in seconds.
FULL_PAUSE = 0.02


class LinePrinter:
    """Prints lines from a thread of its own, so that no room waits for who reads its output.

    If the output is not read, lines are dropped; if it is closed, all are. What its encoding lacks is written as an
    escape. A context manager; its thread is a daemon, because a write that nobody reads can't be ended.
    """

    def __init__(self) -> None:
        self._lines: Queue[str | None] = Queue(1000)
        self._thread = threading.Thread(target=self._print, name="line-printer", daemon=True)

    def __enter__(self) -> LinePrinter:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.print(None)
        self._thread.join(LAST_WORDS)

    def print(self, line: str | None) -> None:
        """Print `line`, soon; None ends it."""
        with contextlib.suppress(Full):
            self._lines.put_nowait(line)

    def _print(self) -> None:
        if sys.stdout is None:  # closed before the program began
            return
        # An unbuffered file of our own: sys.stdout has a lock, which a thread that is stuck in a write would hold
        # against the end of the program.
        with (
            contextlib.suppress(OSError),  # BrokenPipeError: the reader has closed it
            open(sys.stdout.fileno(), "wb", buffering=0, closefd=False) as out,
        ):
            while (line := self._lines.get()) is not None:
                rest = f"{line}\n".encode(sys.stdout.encoding, "backslashreplace")
                while rest:
                    written = out.write(rest)
                    if written is None:  # somebody has made our output one that does not wait
                        time.sleep(FULL_PAUSE)
                    else:
                        rest = rest[written:]
