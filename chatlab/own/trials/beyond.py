"""The trials of part 3, beyond one thread, one room and one server: from ex16 on."""

from __future__ import annotations

from chatlab.own.trials.bridge import bridge
from chatlab.own.trials.cookie import guard
from chatlab.own.trials.use import use


def ex17(guesses: int = 1000) -> None:
    """`guesses`: how many cookies a forger makes up."""
    use("ex17", lambda learner: guard(learner, guesses))


def ex18() -> None:
    use("ex18", bridge)
