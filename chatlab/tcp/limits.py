"""What one client may cost the room, and why a connection ended. Pure."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import Enum

from chatlab.room.limits import RoomLimits, longest_text
from chatlab.tcp.protocol import MAX_ANSWER, MAX_LINE

# Whatever a member says fits into one line of the room's. Both lines have a newline.
MOST_BYTES = longest_text(MAX_ANSWER - len("\n")) + len("\n")


@dataclass(frozen=True, slots=True)
class Limits(RoomLimits):
    """What one client may cost the room. Raises ValueError: see `RoomLimits`."""

    max_bytes: int = field(
        default=MAX_LINE,
        metadata={
            "help": "bytes of a line with its newline; who sends a longer one is out",
            "least": 128,
            "most": MOST_BYTES,
        },
    )
    nickname_time: float = field(default=30.0, metadata={"help": "seconds to choose a nickname in", "most": 86_400})
    nickname_tries: int = field(
        default=10, metadata={"help": "nicknames that one connection may try", "least": 1, "most": 1_000_000}
    )
    max_outbox: int = field(
        default=65_536,
        metadata={
            "help": "bytes that wait for a slow reader, beyond the kernel's buffers, before it is dropped",
            "least": 4 * MAX_LINE,  # one line of the default length, whatever its bytes become
            "most": 1 << 30,
        },
    )


DEFAULT_LIMITS = Limits()


class Reason(Enum):
    """Why a connection ended."""

    LEFT = "hung up"
    LOST = "the connection is lost"
    SLOW = "you read too slowly"
    TOO_LONG = "a line has at most {max_bytes} bytes"
    NO_NICKNAME = "a nickname has to be chosen within {nickname_time:g} seconds{saw}"
    TOO_MANY_TRIES = "{nickname_tries} nicknames were refused"
    MISTAKEN = "this is a chatroom, not {saw}"
    TAKEN = "somebody else in the room got your nickname while its servers were apart: choose another"
    NOT_TLS = "this room speaks TLS: start the client with --tls"
    TLS_FAILED = "what it sent is not the TLS that was agreed on"
    CLOSING = "the room is closing"

    def text(self, limits: Limits, saw: str = "") -> str:
        """One line to show. `saw`: what the room saw of the connection, where that is part of the reason."""
        return self.value.format(saw=saw, **asdict(limits))
