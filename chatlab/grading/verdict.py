"""What can be said of one check: its state, and a message that teaches."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from textwrap import indent


class State(Enum):
    """Where a check, or a whole exercise, stands."""

    DONE = "done"
    NOT_YET_RIGHT = "not yet right"
    NOT_STARTED = "not started"
    WAITING = "waiting"  # a check that was not made, because the one it builds on isn't done


class NotYetRight(Exception):
    """Raised by a check. `saw`: what it saw against what it expected; `means`: what that usually means."""

    def __init__(self, saw: str, means: str) -> None:
        super().__init__(saw, means)
        self.saw = saw
        self.means = means


@dataclass(frozen=True, slots=True)
class Message:
    """`did`, `saw` and `means` are a line each. `where`: the learner's own line; `transcript`: the last that went each
    way on the wire; `printed`: the end of their output.
    """

    did: str
    saw: str
    means: str
    where: str = ""
    transcript: str = ""
    printed: str = ""
    traceback: str = ""

    def __str__(self) -> str:
        lines = "\n".join((self.did, self.saw, self.means))
        parts = [f"{title}\n{indent(text, '    ')}" for title, text in self.appendix if text]
        return "\n\n".join(filter(None, (lines, self.where, *parts, self.traceback)))

    @property
    def appendix(self) -> tuple[tuple[str, str], ...]:
        """What may help, under a title each; '' for what there is not."""
        return ("What went each way, up to here:", self.transcript), ("Your code printed:", self.printed)
