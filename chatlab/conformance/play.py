"""What the peers of one case share, and what can go wrong in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto
from typing import ClassVar

from chatlab.room.events import Joined, Left, RoomEvent, Said

# How nicknames end in the cases of a run.
SUFFIX = re.compile("-[2-9]{4}")


class Unexpected(AssertionError):
    """The server did something else than the protocol says. The text is one line."""


class HeardNothing(Unexpected):
    """Something had to come, and nothing did."""


class NotTried(Exception):
    """A case can't be played here. The text is one line that says why."""


class Deviation(Enum):
    """What a server may do in its own way while the cases about other things can still be tried.

    The case about it says so once; from then on peers skip such messages, and do not wait for them.
    """

    LINE_ENDS = auto()
    JOINS = auto()
    LEAVES = auto()
    ECHO = auto()  # whether a speaker hears its own words


class Play:
    """What the peers of one case share. `suffix` ends their nicknames; `transcript`: a line for each message.

    `patience`: seconds to wait for what has to come; a member hears a line within 2 s.
    `unanswered`: what peers did since one heard something. `has_heard`: whether any has heard anything.
    """

    patience: ClassVar[float] = 2.0

    def __init__(self, suffix: str, deviations: frozenset[Deviation] = frozenset()) -> None:
        self.suffix = suffix
        self.deviations = deviations
        self.transcript: list[str] = []
        self.unanswered: list[str] = []
        self.has_heard = False
        self._being_set_up = 0

    def note(self, label: str, what: str) -> None:
        """The peer called `label` does something that may be answered."""
        self.unanswered.append(what.removeprefix("sent   "))
        self.transcript.append(f"{label} {what}")

    def sum_up(self, since: int, line: str) -> None:
        """`line` stands for what the transcript holds from its line number `since` on, where all went as it should."""
        self.transcript[since:] = [line]

    @property
    def is_set_up(self) -> bool:
        """Whether the case has come to what it is about, or failed on the way there."""
        return not self._being_set_up

    @contextmanager
    def setting_up(self) -> Iterator[None]:
        """Around what many cases begin with."""
        self._being_set_up += 1
        yield
        self._being_set_up -= 1  # not where the server has failed in it

    def needs(self, deviation: Deviation) -> None:
        """Raises NotTried where this server goes its own way in that."""
        if deviation in self.deviations:
            raise NotTried("it needs what another case has found wrong")

    def passes_over(self, event: RoomEvent | None, listener: str) -> bool:
        """Whether the peer called `listener` skips `event`, and does not wait for it."""
        match event:
            case Joined():
                return Deviation.JOINS in self.deviations
            case Left():
                return Deviation.LEAVES in self.deviations
            case Said(nickname):
                return nickname == listener and Deviation.ECHO in self.deviations
        return False

    def is_stale(self, nickname: str) -> bool:
        """Whether that is a peer of an earlier case, which the server has only now put out."""
        return not nickname.endswith(self.suffix) and bool(SUFFIX.fullmatch(nickname[-5:]))
