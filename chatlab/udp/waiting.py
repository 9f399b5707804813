"""Sign-ups for a taken nickname wait a moment: perhaps its holder is no longer there. Pure: told the time.

    a sign-up for a taken nickname   its holder gets an empty datagram, and the sign-up waits
    the holder leaves                the sign-up is looked at again, and gets in
    PROBE_TIME seconds are over      the sign-up is looked at again, and is refused

The empty datagram says nothing. But if nobody has the holder's port open any more, its machine answers "port
unreachable", and the room is told where the system reports that (see `chatlab.udp.sockets`). So whoever ends without a
sign-out gets the nickname back at once, and nobody can take it from a holder who is there. One sign-up waits for a
holder, so strangers can't make the room send more than ten empty datagrams a second to anybody.
"""

from __future__ import annotations

from typing import NamedTuple

from chatlab.room.addresses import Address, Arrival
from chatlab.room.errors import NicknameTaken

# A "port unreachable" comes back within the round trip to the holder; so long is a sign-up kept waiting (seconds).
PROBE_TIME = 0.1


class SignUpWaits(NamedTuple):
    """`sign_up` waits until `due_at`."""

    sign_up: Arrival
    due_at: float


class Waiting:
    """The sign-ups that wait, one for each holder."""

    def __init__(self) -> None:
        self._waits: dict[Address, SignUpWaits] = {}

    def __bool__(self) -> bool:
        return bool(self._waits)

    def add(self, sign_up: Arrival, taken: NicknameTaken, now: float) -> tuple[Address, ...]:
        """Let `sign_up` wait. Returns whom to probe: nobody, if it waits already. Raises `taken` if another does."""
        holder = taken.holder
        if holder not in self._waits:
            self._waits[holder] = SignUpWaits(sign_up, now + PROBE_TIME)
            return (holder,)
        if self._waits[holder].sign_up.address != sign_up.address:
            raise taken
        return ()

    def has_left(self, holder: Address) -> None:
        """Whoever waits for that is due."""
        if wait := self._waits.get(holder):
            self._waits[holder] = wait._replace(due_at=float("-inf"))

    def take_due(self, now: float) -> list[Arrival]:
        """The sign-ups that are to be looked at again."""
        due = [holder for holder, wait in self._waits.items() if wait.due_at <= now]
        return [self._waits.pop(holder).sign_up for holder in due]

    def forget(self, address: Address) -> None:
        """`address` is in, under another nickname."""
        self._waits = {holder: wait for holder, wait in self._waits.items() if wait.sign_up.address != address}

    def clear(self) -> None:
        self._waits.clear()
