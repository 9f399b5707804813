"""How fast a member may speak: the token bucket. Pure: told the time.

The bucket holds up to `burst` tokens and gains `rate` of them a second; a message takes one. So a member may say
`burst` messages at once, and `rate` a second for as long as it likes (RFC 2697 meters a stream of packets by it).
"""

from __future__ import annotations


class TokenBucket:
    """`rate`: tokens a second, 0 for no limit. `burst`: tokens that it holds, full at the start (`now`, seconds)."""

    __slots__ = ("_at", "_tokens", "burst", "rate")

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self.rate = rate
        self.burst = burst
        self._tokens = burst
        self._at = now

    def take(self, now: float) -> bool:
        """Take a token if there is one."""
        taken = self.holds_one(now)
        self._tokens -= taken
        return taken

    def holds_one(self, now: float) -> bool:
        """Whether `take` would get one."""
        if not self.rate:
            return True
        self._tokens = min(self.burst, self._tokens + (now - self._at) * self.rate)
        self._at = now
        return self._tokens >= 1

    def is_full(self, now: float) -> bool:
        """Whether it holds no less than a new one."""
        return not self.rate or self._tokens + (now - self._at) * self.rate >= self.burst
