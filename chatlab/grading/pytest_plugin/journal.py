"""What a worker is doing, in a file that outlives it: so it is known which check has ended its worker.

The file holds one line of JSON about the check that is being made and, after it, what faulthandler wrote last.
"""

from __future__ import annotations

import faulthandler
from json import dumps  # a name of its own: the code under check may replace json's
from pathlib import Path
from typing import Any


class Journal:
    """Kept by a worker in the file at `path`."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)

    def take_faults(self) -> None:
        """From now on, Python's report of its own crash goes here."""
        faulthandler.enable(self._file)

    def write(self, record: dict[str, Any]) -> None:
        """Write `record` in place of what the file held."""
        line = dumps(record).encode() + b"\n"
        self._file.truncate(0)
        self._file.write(line)

    def expect_a_sign_within(self, seconds: float) -> None:
        """End the process unless this is called again, or `rest`, within `seconds`; even if no other thread can run."""
        faulthandler.dump_traceback_later(seconds, exit=True, file=self._file)

    def rest(self) -> None:
        faulthandler.cancel_dump_traceback_later()
