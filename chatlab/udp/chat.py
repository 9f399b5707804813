"""The room's side of the UDP talk: a datagram and the time in, datagrams out. Pure: no socket, thread or clock.

    an address is   and sends            then
    a stranger      a sign-up            it is a member, and everybody hears so; or it is refused
    a stranger      one for a taken name it waits while the holder is probed: see `chatlab.udp.waiting`; or, where
                                         nobody calls `tick`, as in ex05, it is refused
    a stranger      anything else        it is refused, in no more bytes than it sent
    a member        text                 everybody hears it under the member's own nickname
    a member        its sign-up again    it alone is answered: the first answer may have been lost
    a member        a sign-out           it is a stranger
    a member        nothing for `idle`   it is a stranger: membership is a lease
    a member        too much, too fast   it is refused, at most once a second; to leave and come back is no way round

A member goes out by `leave`, whatever the cause. Lesson 05 puts it on a socket.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from chatlab.room.addresses import Address, Arrival, shown
from chatlab.room.errors import NicknameTaken, Refusal
from chatlab.room.events import Joined, Refused
from chatlab.room.nicknames import normalise
from chatlab.room.room import Announcement, Room
from chatlab.room.text import clean
from chatlab.udp.address_cookie import AddressCookie
from chatlab.udp.leases import Leases
from chatlab.udp.limits import DEFAULT_LIMITS, Limits, Reason
from chatlab.udp.protocol import (
    Challenge,
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
from chatlab.udp.waiting import PROBE_TIME, Waiting

# How often a member is refused at most, and how often leases are looked at, in seconds.
REFUSAL_INTERVAL = 1.0
TICK = 1.0


class Delivery(NamedTuple):
    """`datagram` is to go to each of `recipients`."""

    datagram: bytes
    recipients: tuple[Address, ...]


class UdpChat:
    """The room and its members' leases.

    `log` gets one line for each member that comes or goes. With `proof`, a stranger has to echo a token to be let in.
    `waiting`: the sign-ups that wait for what becomes of a nickname's holder.
    """

    def __init__(
        self, limits: Limits = DEFAULT_LIMITS, *, log: Callable[[str], None], proof: AddressCookie | None = None
    ) -> None:
        self.limits = limits
        self.room: Room[Address] = Room(limits.max_members, echo=True)
        self.waiting = Waiting()
        self._leases = Leases(limits)
        self._tick_at = 0.0
        self._is_ticked = False
        self._log = log
        self._proof = proof

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
            if not isinstance(request, SignUp):
                self._check_size(size)
                raise Refusal("sign up first")
            if self._proof and not self._proof.holds(request.token, address, now):
                challenge = build_answer(Challenge(self._proof.token(address, now)))
                return _to_stranger(challenge if len(challenge) <= size else b"", address)
            waits = Arrival(datagram, address) if may_wait and self._is_ticked else None
            return self.let_in(request, size, address, now, answer_bytes=size, waits=waits)
        except Refusal as refusal:
            return _to_stranger(build_refusal(str(refusal), size), address)

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
                raise self._slow_down()
            self._check_size(size)
            return self._do(request, address)
        except Refusal as refusal:
            if now - lease.refused_at < REFUSAL_INTERVAL:
                return []
            lease.refused_at = now
            return [Delivery(build_answer(Refused(str(refusal))), (address,))]

    def let_in(
        self, request: SignUp, size: int, address: Address, now: float, *, answer_bytes: int, waits: Arrival | None
    ) -> list[Delivery]:
        """A stranger comes in, if its answer has at most `answer_bytes` bytes: its address may be forged.

        A member that starts again leaves first, once nothing is left to refuse. Raises Refusal. But where a nickname is
        taken, `waits` is looked at again as soon as it may be free.
        """
        self._check_size(size)
        if self.comes_too_fast(request, address, now):
            raise self._slow_down()
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
        return [*left, _delivery(joined)]

    def comes_too_fast(self, request: Request, address: Address, now: float) -> bool:
        """Whether a request would be refused for the rate limit. Then it changes nothing to wait with it."""
        return not isinstance(request, SignOut | KeepAlive) and self._leases.has_said_all(address, now)

    def tick(self, now: float) -> list[Delivery]:
        """What is due by now. To be called every `tick_interval` seconds or oftener."""
        self._is_ticked = True
        deliveries = self.end_leases(now)
        for sign_up in self.waiting.take_due(now):
            deliveries += self.receive(*sign_up, now, may_wait=False)
        return deliveries

    def end_leases(self, now: float) -> list[Delivery]:
        """Put out members that have been silent for longer than the idle limit. Looks once a TICK."""
        if now < self._tick_at:
            return []
        self._tick_at = now + TICK
        self._leases.forget_departed(now)
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

    def _do(self, request: SignUp | Say, address: Address) -> list[Delivery]:
        if isinstance(request, SignUp):
            nickname = self.room.nickname(address)
            if normalise(request.nickname) != nickname:
                raise Refusal(f"you are in already, as {nickname}")
            return [Delivery(build_answer(Joined(nickname)), (address,))]
        text = request.text
        if ": " in text:
            text = clean(strip_claim(request.text, self.room.nickname(address)))
        return [_delivery(self.room.say(address, text))] if text else []

    def _slow_down(self) -> Refusal:
        return Refusal(f"slow down: {self.limits.rate_limit:g} messages a second")

    def _check_size(self, size: int) -> None:
        if size > self.limits.max_bytes:
            raise Refusal(f"a message has at most {self.limits.max_bytes} bytes")


def _delivery(announcement: Announcement[Address]) -> Delivery:
    return Delivery(build_answer(announcement.event), announcement.hearers)


def _to_stranger(answer: bytes, address: Address) -> list[Delivery]:
    return [Delivery(answer, (address,))] if answer else []
