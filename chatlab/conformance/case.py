"""A case: one sentence of the protocol page, and a script of what peers send to a server and must hear from it.

Scripts don't sleep. That something is not sent is shown by what is heard next: each peer must hear exactly what the
script says, in that order. So a script that fails waits once, for the scene's patience; one that passes never does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from random import randrange
from types import ModuleType
from typing import Any, NamedTuple

from chatlab.conformance.peer import HeardNothing, Unexpected
from chatlab.conformance.scene import AnyScene
from chatlab.room.addresses import Address, shown
from chatlab.room.errors import NobodyAnswers

# Nicknames of a case end with its number, so that it can't be confused with other people, or with a case that a server
# remembers. No digits that could be taken for letters (see SUFFIX in chatlab.conformance.scene).
_numbers = count(randrange(8**4))


@dataclass(frozen=True, slots=True)
class Case:
    """`script` raises Unexpected if the server breaks `rule`. `slow`: it waits for a limit of the protocol."""

    name: str
    rule: str
    script: Callable[[Any], None]
    slow: bool


class Result(NamedTuple):
    """`transcript`: what each peer sent and heard, a line each. `problem`: one line; '' if the case has passed."""

    case: Case
    transcript: tuple[str, ...]
    problem: str


@dataclass(frozen=True, slots=True)
class Suite:
    """The cases of one protocol. `scene` makes the scene of a case, given the server's address and a suffix."""

    scene: Callable[[Address, str], AnyScene]
    cases: tuple[Case, ...]

    def run(self, address: Address, cases: Iterable[Case] | None = None, suffix: str | None = None) -> Iterator[Result]:
        """A result for each case against the server at `address`; without `cases`, for each that isn't slow.

        `suffix` ends the nicknames; without one each case makes its own. '' makes for transcripts that are easy to
        read, and wants a room without anybody in it for each case.
        """
        for case in (case for case in self.cases if not case.slow) if cases is None else cases:
            yield self._run(case, address, suffix)

    def knock(self, address: Address) -> None:
        """Raises NobodyAnswers if nothing at all comes back from `address`."""
        try:
            with self.scene(address, _next_suffix()) as scene:
                newcomer = scene.stranger("newcomer")
                newcomer.signs_up()
                newcomer.next("something")
        except (HeardNothing, OSError) as error:
            raise NobodyAnswers(f"nobody answers at {shown(address)}: is the server running there?") from error
        except Unexpected:  # somebody answers, if not as they should
            pass

    def _run(self, case: Case, address: Address, suffix: str | None) -> Result:
        problem = ""
        with ExitStack() as stack:
            scene = stack.enter_context(self.scene(address, _next_suffix() if suffix is None else suffix))
            try:
                case.script(scene)
            except Unexpected as unexpected:
                problem = str(unexpected)
            except OSError as error:
                problem = f"the server is no longer there: {error.strerror or error}"
        return Result(case, tuple(scene.transcript), problem)


def case(rule: str, *, slow: bool = False) -> Callable[[Callable[[Any], None]], Case]:
    """Make a script a case, named like the function."""
    return lambda script: Case(script.__name__.replace("_", " "), rule, script, slow)


def cases_of(*modules: ModuleType) -> tuple[Case, ...]:
    """The cases that `modules` define, in the order of their definition."""
    return tuple(value for module in modules for value in vars(module).values() if isinstance(value, Case))


def _next_suffix() -> str:
    number = next(_numbers) % 8**4
    return "-" + "".join("23456789"[number // 8**place % 8] for place in (3, 2, 1, 0))
