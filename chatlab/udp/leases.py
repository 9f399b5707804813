"""The members' leases, each with how much its member may say by now. Pure: told the time.

Membership is a lease because a datagram tells nobody that its sender has gone. To leave and come back does not fill a
member's bucket: those of the departed are kept until they are full anyway.
"""

from __future__ import annotations

from dataclasses import dataclass

from chatlab.room.addresses import Address
from chatlab.room.rate_limit import TokenBucket
from chatlab.udp.limits import Limits

# How often a member is refused at most, and how often leases are looked at, in seconds.
REFUSAL_INTERVAL = 1.0
TICK = 1.0
# Of how many departed members the buckets are kept.
MAX_DEPARTED = 10_000


@dataclass(slots=True)
class Lease:
    """What the room keeps of a member beside its nickname; times in seconds."""

    heard_at: float
    bucket: TokenBucket
    refused_at: float = float("-inf")

    def refuse(self, now: float) -> bool:
        """Whether the member is to hear of a refusal: of one in REFUSAL_INTERVAL seconds."""
        if now - self.refused_at < REFUSAL_INTERVAL:
            return False
        self.refused_at = now
        return True


class Leases(dict[Address, Lease]):
    """By the members' addresses."""

    def __init__(self, limits: Limits) -> None:
        super().__init__()
        self._limits = limits
        self._look_at = 0.0  # when to look again for those that have expired
        self._departed: dict[Address, TokenBucket] = {}  # the oldest first

    def grant(self, address: Address, now: float) -> None:
        """`address` is a member from now on."""
        if bucket := self._departed.pop(address, None):
            bucket.take(now)  # nobody comes and goes all the time
        self[address] = Lease(now, bucket or TokenBucket(self._limits.rate_limit, self._limits.burst, now))

    def end(self, address: Address) -> None:
        self._departed[address] = self.pop(address).bucket
        if len(self._departed) > MAX_DEPARTED:
            del self._departed[next(iter(self._departed))]

    def has_said_all(self, address: Address, now: float) -> bool:
        """Whether `address`, a member or one that has been, has said all that it may by now."""
        lease = self.get(address)
        bucket = lease.bucket if lease else self._departed.get(address)
        return bucket is not None and not bucket.holds_one(now)

    def expired(self, now: float) -> list[Address]:
        """Who has been silent for longer than the idle limit. Looked at once a TICK; in between, nobody has."""
        if now < self._look_at:
            return []
        self._look_at = now + TICK
        # Of those whose buckets are full nothing has to be kept: a new one is as good.
        self._departed = {address: bucket for address, bucket in self._departed.items() if not bucket.is_full(now)}
        return [address for address, lease in self.items() if now - lease.heard_at > self._limits.idle_limit]
