"""A case: one sentence of PROTOCOL.md, and a script of what peers send to a server and must hear from it.

Scripts don't sleep. That something is not sent is shown by what is heard next: each peer must hear exactly what the
script says, in that order. So a script that fails waits once, for the play's patience; one that passes never does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from chatlab.conformance.play import Deviation


@dataclass(frozen=True, slots=True)
class Case:
    """`script` raises Unexpected if the server breaks `rule`, NotTried if it can't be played.

    `slow`: it waits for a limit of the protocol. `basic`: other cases begin with what this one is about.
    `deviation`: where a server fails this case, the others take it as the server does it.
    """

    name: str
    rule: str
    script: Callable[[Any], None]
    slow: bool
    basic: bool
    deviation: Deviation | None


def case(
    rule: str, *, slow: bool = False, basic: bool = False, deviation: Deviation | None = None
) -> Callable[[Callable[[Any], None]], Case]:
    """Make a script a case, named like the function."""
    return lambda script: Case(script.__name__.replace("_", " "), rule, script, slow, basic, deviation)


def cases_of(*modules: ModuleType) -> tuple[Case, ...]:
    """The cases that `modules` define, in the order of their definition."""
    return tuple(value for module in modules for value in vars(module).values() if isinstance(value, Case))
