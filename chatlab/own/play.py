"""The room of ex03, played from a script: a table of who hears what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import Any

from chatlab.room.addresses import Address
from chatlab.room.errors import CantUse
from chatlab.room.events import Refused, RoomEvent
from chatlab.terminal.talk import in_a_line

PLAY = """
ada joins as ada
bob joins as ADA
bob joins as bob
ada says Hello!
eve says Let me in!
bob leaves
ada says Is anybody here?
"""
STEP = re.compile(r"(\w+) (?:joins as (?P<nickname>.+)|says (?P<text>.+)|(?P<leaves>leaves))")


class Played:
    """What came of each step: the step, and what each person hears. A notebook shows it as a table."""

    def __init__(self) -> None:
        self._people: dict[str, Address] = {}
        self.steps: list[tuple[str, dict[Address, object]]] = []  # with who hears what

    def play(self, room: Any, script: str) -> None:
        """Raises CantUse for a line that is no step, or an answer that is no dictionary."""
        steps = [(line, STEP.fullmatch(line)) for line in map(str.strip, script.splitlines()) if line]
        for line, step in steps:
            if not step:
                raise CantUse(f"What is {line!r}? Write WHO joins as NICKNAME, WHO says TEXT, or WHO leaves.")
            self._people.setdefault(step[1], ("192.0.2.1", 8001 + len(self._people)))
        for line, step in steps:
            assert step
            address = self._people[step[1]]
            if step["nickname"]:
                answer = room.join(address, step["nickname"])
            elif step["text"]:
                answer = room.say(address, step["text"])
            else:
                answer = room.leave(address)
            if not isinstance(answer, dict):
                raise CantUse(f"At the step {line!r} your room answers {answer!r}: a dictionary is wanted.")
            self.steps.append((line, answer))

    def _rows(self) -> Iterator[list[str]]:
        yield ["", *(f"{who} hears" for who in self._people)]
        for line, answer in self.steps:
            yield [line, *(_shown(answer[address]) if address in answer else "" for address in self._people.values())]

    def __repr__(self) -> str:
        rows = list(self._rows())
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)

    def _repr_html_(self) -> str:
        head, *body = self._rows()
        rows = "".join(_row("td", row) for row in body)
        return f"<table><thead>{_row('th', head)}</thead><tbody>{rows}</tbody></table>"


def _row(tag: str, cells: list[str]) -> str:
    return "<tr>" + "".join(f'<{tag} style="text-align: left">{escape(cell)}</{tag}>' for cell in cells) + "</tr>"


def _shown(event: object) -> str:
    return in_a_line(event) if isinstance(event, RoomEvent | Refused) else repr(event)
