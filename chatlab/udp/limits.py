"""What one client may cost the UDP room, and why a member left. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from chatlab.room.limits import RoomLimits, longest_text
from chatlab.udp.protocol import ALIVE, MAX_DATAGRAM, SIGN_UP_BYTES
from chatlab.udp.reliable.frames import HEADER_BYTES

# Whatever a member says fits into one datagram of either room.
MOST_BYTES = longest_text(MAX_DATAGRAM - HEADER_BYTES)


@dataclass(frozen=True, slots=True)
class Limits(RoomLimits):
    """What one client may cost the room. Raises ValueError: see `RoomLimits`."""

    max_bytes: int = field(
        default=1024,
        metadata={"help": "bytes of a datagram; a longer one is refused", "least": SIGN_UP_BYTES, "most": MOST_BYTES},
    )
    idle_limit: float = field(
        default=120.0,
        # One sign of life may be lost.
        metadata={"help": "seconds of silence after which a member is out", "least": 2 * ALIVE, "most": 86_400},
    )


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
