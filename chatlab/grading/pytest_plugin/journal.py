"""What a worker is doing, in a file that outlives it: so it is known which check has ended its worker.

The file holds one line of JSON about the check that is being made and, after it, what faulthandler wrote last.
"""

from __future__ import annotations

import faulthandler
import json
import re
from dataclasses import dataclass
from json import dumps  # a name of its own: the code under check may replace json's
from pathlib import Path
from typing import Any

from chatlab.grading.attempt import time_limit


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


@dataclass(frozen=True, slots=True)
class LastWords:
    """What a dead worker had written.

    `record`: None if it is lost. `dump`: what faulthandler wrote, '' if it had no time to.
    """

    record: dict[str, Any] | None
    dump: str

    @classmethod
    def read(cls, path: Path) -> LastWords:
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
        except OSError:  # the code under check may have removed it
            return cls(None, "")
        line, _, dump = text.partition("\n")
        try:
            return cls(json.loads(line), dump)
        except ValueError:  # the end came while it was written
            return cls(None, text)

    @property
    def was_stuck(self) -> bool:
        return self.dump.startswith("Timeout")

    @property
    def fault(self) -> str:
        """Such as 'Segmentation fault'; '' if there was none."""
        found = re.match(r"(?:Fatal Python error|Windows fatal exception): (.+)", self.dump)
        return found[1] if found else ""

    def line_in(self, file: str) -> tuple[int, str] | None:
        """The line of `file`, and the function, in which it ended; None if that isn't known."""
        # The thread to blame goes first: the one that crashed, or else that of the check.
        culprit = "Current thread" if self.fault else Path(time_limit.__file__).name
        for thread in sorted(self.dump.split("\n\n"), key=lambda text: culprit not in text):
            if found := re.search(rf'[/\\]{re.escape(file)}", line (\d+) in (\S+)', thread):
                return int(found[1]), found[2]
        return None
