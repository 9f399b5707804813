"""What can be said of a check: its state, and a message that teaches."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import Enum
from textwrap import indent
from typing import Any, NamedTuple

NEAR_MISS = " It has "  # before the name of a file that may be the one which isn't there
GRADE = "grade"  # the attribute of a pytest report that holds the exercise and the result of the check, JSON alone


class State(Enum):
    """Where a check, or a whole exercise, stands."""

    DONE = "done"
    NOT_YET_RIGHT = "not yet right"
    NOT_STARTED = "not started"
    NOT_HANDED_IN = "not handed in"
    WAITING = "waiting"  # a check that was not made, because the one it builds on isn't done


class NotYetRight(BaseException):
    """Raised by a check. `saw`: what it saw against what it expected; `means`: what that usually means; `section`: the
    heading that says more of this, as in the manifest, if it is not the check's.

    It is no Exception: a learner's `except Exception` is not to catch it.
    """

    def __init__(self, saw: str, means: str, section: str = "") -> None:
        super().__init__(saw, means)
        self.saw = saw
        self.means = means
        self.section = section


class NotThere(NotYetRight):
    """There is no file to check."""


class Progress(NamedTuple):
    """Check `number` of `of` is being made. `title`: what it checks, half a sentence."""

    number: int
    of: int
    title: str


@dataclass(frozen=True, slots=True)
class Message:
    """`did`, `saw` and `means` are a line each. `where`: the learner's own line; `transcript`: what went last on the
    wire, each way; `printed`: the end of the learner's output; `reading`: the lesson to read again, `#`, and the
    heading in it, which may be ''.
    """

    did: str
    saw: str
    means: str
    where: str = ""
    transcript: str = ""
    printed: str = ""
    traceback: str = ""
    reading: str = ""

    def __str__(self) -> str:
        lesson, _, section = self.reading.partition("#")
        read_again = f" Read again: {lesson}" + (f', "{section}"' if section else "") if lesson else ""
        lines = "\n".join((self.did, self.saw, self.means + read_again))
        parts = [f"{title}\n{indent(text, '    ')}" for title, text in self.appendix if text]
        return "\n\n".join(filter(None, (lines, self.where, *parts, self.traceback)))

    @property
    def appendix(self) -> tuple[tuple[str, str], ...]:
        """What else may help: titles with their texts, which are '' for what is not there."""
        return ("What went each way, up to here:", self.transcript), ("Your code printed:", self.printed)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """How one check went. `title`: what it checks, half a sentence. `message`: None if it is done or was not made.

    `share`: which of the shares of the exercise's points it is for (chatlab.grading.grade). Of a private check, the
    title says nothing, and there is no message.
    """

    title: str
    state: State
    message: Message | None
    is_private: bool = False
    share: int = 0

    def to_json(self) -> dict[str, Any]:
        message = asdict(self.message) if self.message else None
        return {
            "title": self.title,
            "state": self.state.value,
            "message": message,
            "private": self.is_private,
            "share": self.share,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> CheckResult:
        message = Message(**data["message"]) if data["message"] else None
        return cls(data["title"], State(data["state"]), message, data["private"], data["share"])
