"""Sign-ups for a taken nickname wait a moment: perhaps its holder is no longer there. Pure: told the time.

    a sign-up for a taken nickname   its holder gets an empty datagram, and the sign-up waits
    another one meanwhile            waits too, up to MOST_WAITING
    the holder leaves                the sign-ups are looked at again, and the first gets in
    PROBE_TIME seconds are over      the sign-ups are looked at again, and are refused

The empty datagram says nothing. But if nobody has the holder's port open any more, its machine answers "port
unreachable", and the room is told where the system reports that (see `chatlab.udp.sockets.closed_ports`). So a client
that ended without a sign-out gets its nickname back at once, and nobody can take it from a holder who is there. All
sign-ups that wait for a holder wait for the same empty datagram, so strangers can't make the room send more than ten a
second to anybody. Those from the holder's own host go first: most likely it has started again, on another port.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from chatlab.room.addresses import Address, Arrival
from chatlab.room.errors import NicknameTaken

# A "port unreachable" comes back within the round trip to the holder. How long the room waits for it, in seconds.
PROBE_TIME = 0.1
# How many sign-ups wait for one holder.
MOST_WAITING = 8


@dataclass(slots=True)
class Probe:
    """The sign-ups that wait until `due_at` for what becomes of a holder, by their addresses."""

    due_at: float
    sign_ups: dict[Address, Arrival] = field(default_factory=dict)


class Waiting:
    """The sign-ups that wait. An address waits for one nickname at a time."""

    def __init__(self) -> None:
        self._probes: dict[Address, Probe] = {}  # by the holder
        self._holders: dict[Address, Address] = {}  # for whose nickname an address waits

    def __bool__(self) -> bool:
        return bool(self._probes)

    def __contains__(self, address: Address) -> bool:
        return address in self._holders

    def add(self, sign_up: Arrival, taken: NicknameTaken, now: float) -> tuple[Address, ...]:
        """Let `sign_up` wait. Returns whom to probe: nobody, if that is under way. Raises `taken` if too many wait."""
        holder, address = taken.holder, sign_up.address
        if address in self._holders:
            if self._holders[address] != holder:
                raise taken
            return ()
        is_new = holder not in self._probes
        probe = self._probes.setdefault(holder, Probe(now + PROBE_TIME))
        if len(probe.sign_ups) >= MOST_WAITING:
            others = [other for other in probe.sign_ups if not _same_host(other, holder)]
            if not others or not _same_host(address, holder):
                raise taken
            self.forget(others[-1])
        probe.sign_ups[address] = sign_up
        self._holders[address] = holder
        return (holder,) if is_new else ()

    def has_left(self, holder: Address) -> None:
        """The sign-ups that wait for `holder` are due."""
        if probe := self._probes.get(holder):
            probe.due_at = float("-inf")

    def take_due(self, now: float) -> list[Arrival]:
        """The sign-ups that are to be looked at again, in this order."""
        taken: list[Arrival] = []
        for holder in [holder for holder, probe in self._probes.items() if probe.due_at <= now]:
            sign_ups = self._probes.pop(holder).sign_ups
            taken += (sign_ups[address] for address in sorted(sign_ups, key=lambda a: not _same_host(a, holder)))
            for address in sign_ups:
                del self._holders[address]
        return taken

    def forget(self, address: Address) -> None:
        """`address` waits no more: it is in, under another nickname."""
        if holder := self._holders.pop(address, None):
            del self._probes[holder].sign_ups[address]

    def clear(self) -> None:
        self._probes.clear()
        self._holders.clear()


def _same_host(one: Address, other: Address) -> bool:
    return one[0] == other[0]
