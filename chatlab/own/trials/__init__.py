"""`try_out("ex03")`: a learner's own code at work in a notebook, outside of its checks.

    ex00    their greeting, in a room that is open
    ex01    their receipts for some texts
    ex02    their protocol, spoken to a room
    ex03    their room, played from a script: a table of who hears what
    ex04    their receiver, and how long it takes to stop
    ex05    their server, under a panel
    ex06    their client, in a room that is open
    ex07    their Arrivals, in bad weather: what it makes of each message
    ex08    their sender and receiver, in bad weather: a ladder
    ex09    their framing, under somebody's panel in a TCP room
    ex10    their handshake, at the door of a TCP room, under its panel
    ex11    their TCP server, under a panel
    ex12    their end of a connection, and each kind of goodbye as both sides see it
    ex13    their Outbox, for a quick reader and for one that reads nothing
    ex14    their TCP client, in a room that is open
    ex15    the room that they mend, under a panel
    ex16    their selector loop, under a panel
    ex17    their Cookies, at the door of a UDP room to which a forger comes
    ex18    their Bridge, on two servers: what is heard on either

Whatever the code does, one line says what came of it, and the notebook goes on.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from chatlab.own.trials import beyond, tcp, udp

TRIALS: dict[str, Callable[..., object]] = {
    name: trial
    for part in (udp, tcp, beyond)
    for name, trial in sorted(vars(part).items())
    if re.fullmatch(r"ex\d\d", name)
}


def try_out(key: str, *given: Any, **options: Any) -> object:
    """Try out the exercise `key`. What may be given: see `udp.py`, `tcp.py`, `beyond.py`. Prints what went wrong."""
    if trial := TRIALS.get(key):
        return trial(*given, **options)
    print(f"There is nothing to try out for {key!r}: choose from {', '.join(TRIALS)}.")
    return None
