"""What a worker that died had written into its journal, and what that means for the check that it was making."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from linecache import getline
from pathlib import Path
from typing import Any

from chatlab.grading.attempt import time_limit
from chatlab.grading.attempt.attempt import LONGEST_LINE
from chatlab.grading.course import Exercise, Settings
from chatlab.grading.verdict import Message
from chatlab.room.text import clean


@dataclass(frozen=True, slots=True)
class LastWords:
    """`record`: of the check; None if it is lost. `dump`: what faulthandler wrote, '' if it had no time to."""

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

    def message(self, doing: str, exercise: Exercise, check: str, settings: Settings) -> Message:
        """Of the `check` that has ended the worker, while it was `doing` that."""
        where = ""
        if line := self.line_in(exercise.file):
            number, function = line
            code = clean(getline(str(settings.paths[exercise.file]), number).strip())[:LONGEST_LINE]
            where = f"{exercise.file}, line {number}, in {function}\n    {code}"
        if self.was_stuck:
            saw = (
                f"It had not ended after {settings.limit:g} s, and nothing could interrupt it, so its Python was ended."
            )
            means = "A single step computes for very long, such as 10 ** 10 ** 10 or the sum of a huge range."
        elif self.fault:
            saw = f"It ended its Python: {self.fault}."
            means = "What Python code alone can't do: look at what you call by way of ctypes, os.abort or os.kill."
        else:
            saw = "It ended its Python without a word."
            means = "A program ends like that by os.kill, or when it takes more memory than there is."
        return Message(clean(doing)[:LONGEST_LINE], saw, means, where, reading=exercise.read_again(check))
