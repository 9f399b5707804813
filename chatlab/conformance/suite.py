"""The cases of one protocol, run against a server one after the other.

One fault must not hide the others. Where a server only does something in its own way, the cases about other things go
on by that way; where others build on what has failed, they are not tried; where nobody is answered any more, it ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import count
from random import randrange
from typing import NamedTuple

from chatlab.conformance.case import Case
from chatlab.conformance.peer import abridged
from chatlab.conformance.play import Deviation, NotTried, Play, Unexpected
from chatlab.conformance.scene import AnyScene
from chatlab.room.addresses import Address, shown
from chatlab.room.errors import NobodyAnswers

# Nicknames of a case end with its number, so that it can't be confused with other people, or with a case that a server
# remembers. No digits that could be taken for letters (see SUFFIX in chatlab.conformance.play).
_numbers = count(randrange(8**4))
# How many unanswered messages are named when a server no longer answers.
NAMED = 5


class Result(NamedTuple):
    """`transcript`: what each peer sent and heard, a line each. `problem`: one line; '' if the case has passed.

    `tried`: False where the case could not come to what it is about; `problem` then says why.
    """

    case: Case
    transcript: tuple[str, ...]
    problem: str
    tried: bool = True


@dataclass(frozen=True, slots=True)
class Suite:
    """The cases of one protocol. `scene` makes the scene of a case, given the server's address and the play.

    `lessons`: for who builds a server along the course, the names of the cases that it can pass by the end of a lesson,
    and of none before. What is in none comes with the last. `presumed`: what the server may do in its own way.
    """

    scene: Callable[[Address, Play], AnyScene]
    cases: tuple[Case, ...]
    lessons: Mapping[int, frozenset[str]]
    presumed: frozenset[Deviation] = frozenset()

    def by(self, lesson: int) -> Suite:
        """What can be asked of a server by the end of `lesson`. What comes later, it may do as it likes."""
        if lesson >= max(self.lessons):
            return self
        names = frozenset().union(*(names for number, names in self.lessons.items() if number <= lesson))
        later = frozenset(case.deviation for case in self.cases if case.deviation and case.name not in names)
        return replace(self, cases=tuple(case for case in self.cases if case.name in names), presumed=later)

    def run(self, address: Address, cases: Iterable[Case] | None = None, suffix: str | None = None) -> Iterator[Result]:
        """A result for each case against the server at `address`; without `cases`, for each that isn't slow.

        None comes after one that finds that the server answers nobody any more: its `problem` says so. `suffix` ends
        the nicknames; without one each case makes its own. '' makes for transcripts that are easy to read, and wants a
        room without anybody in it for each case.
        """
        deviations = set(self.presumed)
        broken: Case | None = None  # the first of the basic ones that has failed
        alive = ""  # the last case in which the server was heard, and what it has not answered in it
        for case in (case for case in self.cases if not case.slow) if cases is None else cases:
            if case.deviation in deviations:
                yield Result(case, (), "another case about the same thing has failed", tried=False)
                continue
            play = Play(_next_suffix() if suffix is None else suffix, frozenset(deviations))
            result = self._run(case, address, play)
            if play.has_heard or not alive:
                alive = f"{case.name!r}, after {_unanswered(play)}"
            if result.problem and result.tried:
                if not self._is_there(address):
                    yield result._replace(problem=f"the server answers nobody since {alive}: the rest was not run")
                    return
                if broken and not play.is_set_up:
                    result = result._replace(tried=False, problem=f"it builds on {broken.name!r}, which has failed")
                elif case.basic:
                    broken = broken or case
                if case.deviation:
                    deviations.add(case.deviation)
            yield result

    def knock(self, address: Address) -> str:
        """What is odd about the answers at `address`, in one line; '' if nothing is. Raises NobodyAnswers."""
        where, play = shown(address), Play(_next_suffix())
        try:
            answered, rest = self._ask(address, play)
        except NobodyAnswers:  # of TLS, which has its own words
            raise
        except OSError as error:
            raise NobodyAnswers(f"nothing listens at {where}: is the server running there?") from error
        if rest:
            return f"the server at {where} said {abridged(rest)} ({len(rest):,} bytes) but no line end (\\n)"
        return "" if answered else f"the server at {where} listens, and says nothing after {_unanswered(play)}"

    def _is_there(self, address: Address) -> bool:
        try:
            return any(self._ask(address, Play(_next_suffix())))
        except OSError:
            return False

    def _ask(self, address: Address, play: Play) -> tuple[bool, bytes]:
        """Whether a newcomer hears a message, and the bytes that it hears beside. Raises OSError if nothing listens."""
        with self.scene(address, play) as scene:
            newcomer = scene.peer("newcomer")
            return scene.answers(newcomer), newcomer.rest()

    def _run(self, case: Case, address: Address, play: Play) -> Result:
        problem, tried = "", True
        with ExitStack() as stack:
            scene = stack.enter_context(self.scene(address, play))
            try:
                case.script(scene)
            except Unexpected as unexpected:
                problem = str(unexpected)
            except NotTried as reason:
                problem, tried = str(reason), False
            except OSError as error:
                problem = f"the server is no longer there: {error.strerror or error}"
        return Result(case, tuple(play.transcript), problem, tried)


def _next_suffix() -> str:
    number = next(_numbers) % 8**4
    return "-" + "".join("23456789"[number // 8**place % 8] for place in (3, 2, 1, 0))


def _unanswered(play: Play) -> str:
    more = ["..."] if len(play.unanswered) > NAMED else []
    return ", ".join(play.unanswered[:NAMED] + more) or "its peers left"
