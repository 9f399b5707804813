"""The state table of a module's docstring, so that tests can walk it: the table is held to the code."""

from __future__ import annotations

import re
from types import ModuleType
from typing import NamedTuple

from chatlab.room.events import Gone, Refused
from chatlab.udp.membership import Outcome, Stage

_ROW = re.compile(r"^    (OUT|SIGNING_UP|IN|LEAVING) +(.+?)  +(.+)$", re.MULTILINE)


class Row(NamedTuple):
    """At `stage`, `happens` leads to what `then` says."""

    stage: Stage
    happens: str
    then: str

    def check(self, before: Stage, after: Stage, outcome: Outcome, *, signs_up: bool, keeps_alive: bool) -> None:
        """What came of it is what the row says, by the words that it uses for it."""
        assert before is self.stage
        named = re.match(r"[A-Z_]+\b", self.then)
        assert after is (Stage[named[0]] if named else self.stage)
        told = any(isinstance(event, Gone | Refused) for event in outcome.events)
        assert told == ("told" in self.then)
        assert signs_up == (after is Stage.SIGNING_UP or "the sign-up again" in self.then)
        assert keeps_alive == ("a keep-alive" in self.then and "in place of" not in self.then)


def rows(module: ModuleType) -> list[Row]:
    return [Row(Stage[stage], happens, then) for stage, happens, then in _ROW.findall(module.__doc__ or "")]
