"""What one client may cost the room, and why a member left. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from chatlab.udp.protocol import ALIVE, SIGN_UP_BYTES

BURST_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Limits:
    """What one client may cost the room. With less than `least` of something, a program's room would be of no use."""

    max_bytes: int = field(
        default=1024, metadata={"help": "bytes of a datagram; a longer one is refused", "least": SIGN_UP_BYTES}
    )
    max_members: int = field(default=1000, metadata={"help": "members in the room", "least": 1})
    idle_limit: float = field(
        default=120.0,
        # One sign of life may be lost.
        metadata={"help": "seconds of silence after which a member is out", "least": 2 * ALIVE},
    )
    rate_limit: float = field(
        default=20,
        metadata={"help": f"messages a second of one member, {BURST_SECONDS} s of it at once; 0: any"},
    )

    @property
    def burst(self) -> float:
        """Messages that a member may say at once, after a silence: at least one; 0: any number."""
        return max(1, self.rate_limit * BURST_SECONDS) if self.rate_limit else 0


DEFAULT_LIMITS = Limits()


class Reason(Enum):
    """Why a member left."""

    SIGNED_OUT = "signed out"
    SILENT = "not heard of for too long"
    UNREACHABLE = "its port is closed"
    CLOSING = "the room is closing"
    # In the reliable room alone:
    UNACKNOWLEDGED = "acknowledges nothing any more"
    TOO_SLOW = "acknowledges too slowly"
    STARTED_AGAIN = "started again"
