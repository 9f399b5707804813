"""How fast a member may speak: the token bucket. Pure: told the time.

The bucket holds up to `burst` tokens and gains `rate` of them a second; each message takes one. So a member may say
`burst` messages at once, and `rate` a second for as long as it likes. Routers meter packets in this way (RFC 2697).
"""

from __future__ import annotations

import math


class TokenBucket:
    """`rate`: tokens a second, 0 for no limit. `burst`: the most tokens that it holds. It is full at `now` (seconds).

    `tokens`: how many it holds, as of the last call.
    """

    __slots__ = ("_at", "burst", "rate", "tokens")

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self.rate = rate
        self.burst = burst
        self.tokens = burst
        self._at = now

    def take(self, now: float) -> bool:
        """Take a token if there is one."""
        if not self.holds_one(now):
            return False
        self.tokens -= 1
        return True

    def holds_one(self, now: float) -> bool:
        """Whether `take` would get one."""
        return self.whole_tokens(now) >= 1

    def whole_tokens(self, now: float) -> float:
        """How many tokens can be taken at once: infinity without a limit."""
        if not self.rate:
            return math.inf
        self.tokens = min(self.burst, self.tokens + (now - self._at) * self.rate)
        self._at = now
        return math.floor(self.tokens)

    def is_full(self, now: float) -> bool:
        """Whether it is as full as a new one."""
        return not self.rate or self.tokens + (now - self._at) * self.rate >= self.burst
