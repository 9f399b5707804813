"""What the room keeps of a connection, a stranger's or a member's. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

from chatlab.room.addresses import Address
from chatlab.room.rate_limit import TokenBucket
from chatlab.tcp.framing import LineBuffer
from chatlab.tcp.telnet import TelnetFilter


@dataclass(slots=True)
class ConnectionState:
    """How the talk stands with it.

    `lines`: what has come and was not read yet. `bucket`: of a member only. `telnet`: once it has used a command of
    that. `choose_by`, `leave_by`: when it is out, as a stranger, or once its stream `has_ended` (seconds).
    """

    lines: LineBuffer
    address: Address
    choose_by: float
    tries: int = 0
    bucket: TokenBucket | None = None
    telnet: TelnetFilter | None = None
    has_ended: bool = False
    leave_by: float = math.inf

    @property
    def in_vain(self) -> str:
        """What a stranger has sent so, to go on with: 'a nickname has to be chosen ...'."""
        if size := len(self.lines):
            return f": {size:,} {'byte' if size == 1 else 'bytes'} came, but no line end (\\n)"
        return f": {self.tries} were refused" if self.tries else ""
