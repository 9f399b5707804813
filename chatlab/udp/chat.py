"""The room's side of the UDP talk: a datagram and the time in, datagrams out. Pure: no socket, thread or clock.

    an address is   and sends                 then
    a stranger      a sign-up                 it is a member, and everybody hears so; or it is refused
    a stranger      one without its token     it is challenged, if the room wants proof of its address
    a stranger      one for a taken nickname  it waits while the holder is probed: see `chatlab.udp.waiting`; or,
                                              where nobody calls `tick`, as in ex05, it is refused
    a stranger      anything else             it is refused, in no more bytes than it sent
    a member        text                      everybody hears it under the member's own nickname
    a member        its sign-up again         it alone is answered: the first answer may have been lost
    a member        a sign-out                it is a stranger
    a member        nothing for `idle`        it is a stranger: membership is a lease
    a member        too much, too fast        it is refused, at most once a second; to leave and come back is no way
                                              round

How a member comes and goes is in `chatlab.udp.leased_room`. Lesson 05 puts the chat on a socket.
"""

from __future__ import annotations

from collections.abc import Callable

from chatlab.room.addresses import Address, Arrival
from chatlab.room.errors import Refusal
from chatlab.room.events import Joined, Refused
from chatlab.room.nicknames import normalise
from chatlab.room.text import clean
from chatlab.udp.address_cookie import AddressCookie
from chatlab.udp.delivery import Delivery, to_one
from chatlab.udp.leased_room import LeasedRoom
from chatlab.udp.leases import TICK
from chatlab.udp.limits import DEFAULT_LIMITS, Limits, Reason
from chatlab.udp.protocol import (
    KeepAlive,
    Request,
    Say,
    SignOut,
    SignUp,
    build_answer,
    build_refusal,
    parse_request,
    strip_claim,
)
from chatlab.udp.waiting import PROBE_TIME

__all__ = ["Delivery", "UdpChat"]  # what ex05 needs stands in one place


class UdpChat(LeasedRoom):
    """The room, for members that send plain datagrams."""

    def __init__(
        self, limits: Limits = DEFAULT_LIMITS, *, log: Callable[[str], None], proof: AddressCookie | None = None
    ) -> None:
        super().__init__(limits, log=log, proof=proof)
        self._is_ticked = False

    @property
    def tick_interval(self) -> float:
        """How often `tick` has to be called by now, in seconds."""
        return PROBE_TIME / 2 if self.waiting else TICK

    def receive(self, datagram: bytes, address: Address, now: float, *, may_wait: bool = True) -> list[Delivery]:
        """What follows from a datagram. A sign-up for a taken nickname waits, if it `may_wait` and `tick` is called.

        A datagram over the limit may be passed in truncated, but must still be longer than `max_bytes`, so that it is
        seen to be too long.
        """
        request, size = parse_request(datagram), len(datagram)
        if address in self._leases:
            return self.from_member(request, size, address, now)
        try:
            if isinstance(request, SignUp) and (challenge := self.challenge(request, address, now)):
                answer = build_answer(challenge)
                return to_one(address, answer) if len(answer) <= size else []
            self.check_size(size)
            if not isinstance(request, SignUp):
                raise Refusal("sign up first")
            waits = Arrival(datagram, address) if may_wait and self._is_ticked else None
            return self.let_in(request, address, now, answer_bytes=size, waits=waits)
        except Refusal as refusal:
            answer = build_refusal(str(refusal), size)
            return to_one(address, answer) if answer else []

    def from_member(self, request: Request, size: int, address: Address, now: float) -> list[Delivery]:
        """What follows from a member's request, which came in a datagram of `size` bytes."""
        lease = self._leases[address]
        lease.heard_at = now
        if isinstance(request, SignOut):
            return self.leave(address, Reason.SIGNED_OUT)
        if isinstance(request, KeepAlive):
            return []
        try:
            if not lease.bucket.take(now):
                raise Refusal(self._slow_down)
            self.check_size(size)
            return self._do(request, address)
        except Refusal as refusal:
            return to_one(address, build_answer(Refused(str(refusal)))) if lease.refuse(now) else []

    def check_size(self, size: int) -> None:
        """Raises Refusal for a datagram of too many bytes."""
        if size > self.limits.max_bytes:
            raise Refusal(f"a message has at most {self.limits.max_bytes} bytes")

    def tick(self, now: float) -> list[Delivery]:
        """What is due by now. To be called every `tick_interval` seconds or oftener."""
        self._is_ticked = True
        deliveries = self.end_leases(now)
        for sign_up in self.waiting.take_due(now):
            deliveries += self.receive(*sign_up, now, may_wait=False)
        return deliveries

    def _do(self, request: SignUp | Say, address: Address) -> list[Delivery]:
        if isinstance(request, SignUp):
            nickname = self.room.nickname(address)
            if normalise(request.nickname) != nickname:
                raise Refusal(f"you are in already, as {nickname}")
            return to_one(address, build_answer(Joined(nickname)))
        text = request.text
        if ": " in text:
            text = clean(strip_claim(request.text, self.room.nickname(address)))
        if not text:
            return []
        said = self.room.say(address, text)
        return [Delivery(build_answer(said.event), said.hearers)]
