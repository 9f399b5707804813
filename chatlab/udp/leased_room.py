"""A room whose members are there on a lease: who comes in, and who goes out. Pure: no socket, thread or clock.

A member goes out by `leave`, whatever the cause. What members say is in `chatlab.udp.chat`.
"""

from __future__ import annotations

from collections.abc import Callable

from chatlab.room.addresses import Address, Arrival, shown
from chatlab.room.errors import NicknameTaken, Refusal
from chatlab.room.events import Joined
from chatlab.room.room import Room
from chatlab.udp.address_cookie import AddressCookie
from chatlab.udp.delivery import Delivery
from chatlab.udp.leases import Leases
from chatlab.udp.limits import Limits, Reason
from chatlab.udp.protocol import Challenge, KeepAlive, Request, SignOut, SignUp, build_answer
from chatlab.udp.waiting import Waiting


class LeasedRoom:
    """The room and its members' leases.

    `log` gets one line for each member that comes or goes. With `proof`, a stranger has to echo a token to be let in.
    `waiting`: the sign-ups that wait for what becomes of a nickname's holder.
    """

    def __init__(self, limits: Limits, *, log: Callable[[str], None], proof: AddressCookie | None) -> None:
        self.limits = limits
        self.room: Room[Address] = Room(limits.max_members, echo=True)
        self.waiting = Waiting()
        self._leases = Leases(limits)
        self._log = log
        self._proof = proof
        self._slow_down = f"slow down: {limits.rate_limit:g} message{'' if limits.rate_limit == 1 else 's'} a second"

    def challenge(self, sign_up: SignUp, address: Address, now: float) -> Challenge | None:
        """What a stranger has to answer before it is let in; None if it has, or if nobody asks for it."""
        if self._proof is None or self._proof.holds(sign_up.token, address, now):
            return None
        return Challenge(self._proof.token(address, now))

    def let_in(
        self, request: SignUp, address: Address, now: float, *, answer_bytes: int, waits: Arrival | None
    ) -> list[Delivery]:
        """A stranger comes in, if its answer has at most `answer_bytes` bytes: its address may be forged.

        A member that starts again leaves first, once nothing is left to refuse. Raises Refusal. But where a nickname is
        taken, `waits` is looked at again as soon as it may be free.
        """
        if self.comes_too_fast(request, address, now):
            raise Refusal(self._slow_down)
        try:
            nickname = self.room.nickname_for(address, request.nickname)
        except NicknameTaken as taken:
            if waits is None:
                raise
            probed = self.waiting.add(waits, taken, now)
            return [Delivery(b"", probed)] if probed else []
        if len(build_answer(Joined(nickname))) > answer_bytes:  # NFKC can make it longer than it was asked for
            raise Refusal("too short: put spaces behind that nickname, its answer is longer than your sign-up")
        left = self.leave(address, Reason.STARTED_AGAIN)
        joined = self.room.join(address, nickname)
        self.waiting.forget(address)
        self._leases.grant(address, now)
        self._log(f"{nickname} joined from {shown(address)} ({len(self.room)} here)")
        return [*left, Delivery(build_answer(joined.event), joined.hearers)]

    def comes_too_fast(self, request: Request, address: Address, now: float) -> bool:
        """Whether a request would be refused for the rate limit. Then it changes nothing to wait with it."""
        return not isinstance(request, SignOut | KeepAlive) and self._leases.has_said_all(address, now)

    def end_leases(self, now: float) -> list[Delivery]:
        """Put out members that have been silent for longer than the idle limit."""
        return [told for address in self._leases.expired(now) for told in self.leave(address, Reason.SILENT)]

    def leave(self, address: Address, reason: Reason) -> list[Delivery]:
        """The one way out. A member that is put out and may still listen is told so too. A stranger can't leave: []."""
        if address not in self._leases:
            return []
        self._leases.end(address)
        left = self.room.leave(address)
        self.waiting.has_left(address)
        self._log(f"{left.event.nickname} left: {reason.value} ({len(self.room)} here)")
        told = (address,) if reason in (Reason.SILENT, Reason.CLOSING) else ()
        return [Delivery(build_answer(left.event), told + left.hearers)]

    def close(self) -> list[Delivery]:
        """Everybody leaves, each told of its own leaving alone."""
        told = [Delivery(self.leave(member, Reason.CLOSING)[0].datagram, (member,)) for member in self.room.members]
        self._leases = Leases(self.limits)
        self.waiting.clear()
        return told
