"""The room's side of the UDP talk: a datagram and the time in, datagrams out. Pure: no socket, thread or clock.

    an address is   and sends            then
    a stranger      a sign-up            it is a member, and everybody hears so; or it is refused
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
from dataclasses import dataclass
from typing import NamedTuple

from chatlab.room.addresses import Address, shown
from chatlab.room.errors import Refusal
from chatlab.room.events import Joined, Refused
from chatlab.room.nicknames import normalise
from chatlab.room.rate_limit import TokenBucket
from chatlab.room.room import Announcement, Room
from chatlab.room.text import clean
from chatlab.udp.address_cookie import AddressProof
from chatlab.udp.limits import DEFAULT_LIMITS, Limits, Reason
from chatlab.udp.protocol import (
    REFUSED,
    Challenge,
    KeepAlive,
    Say,
    SignOut,
    SignUp,
    build_answer,
    parse_request,
    strip_claim,
)

REFUSAL_INTERVAL = 1.0
TICK = 1.0
# Of those who have left with less than all that they may say at once, so many are remembered until they may again.
MAX_SPENT = 10_000


class Delivery(NamedTuple):
    """`datagram` is to go to each of `recipients`."""

    datagram: bytes
    recipients: tuple[Address, ...]


@dataclass(slots=True)
class Lease:
    """What the room keeps of a member beside its nickname; times in seconds."""

    heard_at: float
    bucket: TokenBucket
    refused_at: float = float("-inf")


class UdpChat:
    """The room and its members' leases.

    `log` gets one line for each who comes or goes. With `proof`, nobody is let in who has not echoed a token.
    `beside`: bytes that go with the answer to a sign-up; a stranger's sign-up has to be as long as both.
    """

    tick_interval = TICK

    def __init__(
        self,
        limits: Limits = DEFAULT_LIMITS,
        *,
        log: Callable[[str], None],
        proof: AddressProof | None = None,
        beside: int = 0,
    ) -> None:
        self.limits = limits
        self.room: Room[Address] = Room(limits.max_members, echo=True)
        self._leases: dict[Address, Lease] = {}
        self._spent: dict[Address, TokenBucket] = {}  # of those who have left; the oldest first
        self._tick_at = 0.0
        self._log = log
        self._proof = proof
        self._beside = beside

    def receive(self, datagram: bytes, address: Address, now: float) -> list[Delivery]:
        """What follows from a datagram. One that is longer than the limit may come cut, but not to the limit."""
        lease = self._leases.get(address)
        if lease is None:
            return self._from_stranger(datagram, address, now)
        lease.heard_at = now
        request = parse_request(datagram)
        if isinstance(request, SignOut):
            return self.leave(address, Reason.SIGNED_OUT)
        if isinstance(request, KeepAlive):
            return []
        try:
            return self._from_member(datagram, request, address, lease, now)
        except Refusal as refusal:
            if now - lease.refused_at < REFUSAL_INTERVAL:
                return []
            lease.refused_at = now
            return [Delivery(build_answer(Refused(str(refusal))), (address,))]

    def comes_too_fast(self, datagram: bytes, address: Address, now: float) -> bool:
        """Whether `receive` would refuse a datagram for the rate limit. Then it changes nothing to wait with it."""
        if isinstance(parse_request(datagram), SignOut | KeepAlive):
            return False
        lease = self._leases.get(address)
        bucket = lease.bucket if lease else self._spent.get(address)
        return bucket is not None and not bucket.holds_one(now)

    def tick(self, now: float) -> list[Delivery]:
        """End the leases that have run out. To be called every `tick_interval` seconds or oftener."""
        if now < self._tick_at:
            return []
        self._tick_at = now + TICK
        self._spent = {address: bucket for address, bucket in self._spent.items() if not bucket.is_full(now)}
        expired = [a for a, lease in self._leases.items() if now - lease.heard_at > self.limits.idle_limit]
        return [delivery for address in expired for delivery in self.leave(address, Reason.SILENT)]

    def leave(self, address: Address, reason: Reason) -> list[Delivery]:
        """The one way out. Whoever is put out and may still listen is told so too. A stranger can't leave: []."""
        if address not in self._leases:
            return []
        self._spent[address] = self._leases.pop(address).bucket
        if len(self._spent) > MAX_SPENT:
            del self._spent[next(iter(self._spent))]
        left = self.room.leave(address)
        self._log(f"{left.event.nickname} left: {reason.value} ({len(self.room)} here)")
        told = (address,) if reason in (Reason.SILENT, Reason.CLOSING) else ()
        return [Delivery(build_answer(left.event), told + left.hearers)]

    def close(self) -> list[Delivery]:
        """Everybody leaves, each told of its own leaving alone."""
        told = [Delivery(self.leave(member, Reason.CLOSING)[0].datagram, (member,)) for member in self.room.members]
        self._spent.clear()
        return told

    def _from_member(
        self, datagram: bytes, request: SignUp | Say, address: Address, lease: Lease, now: float
    ) -> list[Delivery]:
        if not lease.bucket.take(now):
            raise self._slow_down()
        self._check_size(datagram)
        nickname = self.room.nickname(address)
        if isinstance(request, SignUp):
            if normalise(request.nickname) != nickname:
                raise Refusal(f"you are in already, as {nickname}")
            return [Delivery(build_answer(Joined(nickname)), (address,))]
        text = clean(strip_claim(request.text, nickname))
        return [_delivery(self.room.say(address, text))] if text else []

    def _from_stranger(self, datagram: bytes, address: Address, now: float) -> list[Delivery]:
        try:
            self._check_size(datagram)
            request = parse_request(datagram)
            if not isinstance(request, SignUp):
                raise Refusal("sign up first")
            if self._proof and not self._proof.holds(request.token, address, now):
                return _at_most(datagram, build_answer(Challenge(self._proof.token(address, now))), address)
            bucket = self._spent.get(address) or TokenBucket(self.limits.rate_limit, self.limits.burst, now)
            if not bucket.holds_one(now):
                raise self._slow_down()
            joined = self.room.join(address, request.nickname)
            # NFKC can make a nickname longer than it was asked for.
            if len(build_answer(joined.event)) + self._beside > len(datagram):
                self.room.leave(address)
                raise Refusal("put spaces behind that nickname: its answer is longer than your sign-up")
        except Refusal as refusal:
            answer = build_answer(Refused(str(refusal)))[: len(datagram)]
            return _at_most(datagram, answer, address) if len(answer) >= len(REFUSED) else []
        if self._spent.pop(address, None):
            bucket.take(now)  # nobody comes and goes all the time
        self._leases[address] = Lease(now, bucket)
        self._log(f"{joined.event.nickname} joined from {shown(address)} ({len(self.room)} here)")
        return [_delivery(joined)]

    def _slow_down(self) -> Refusal:
        return Refusal(f"slow down: {self.limits.rate_limit:g} messages a second")

    def _check_size(self, datagram: bytes) -> None:
        if len(datagram) > self.limits.max_bytes:
            raise Refusal(f"a message has at most {self.limits.max_bytes} bytes")


def _delivery(announcement: Announcement[Address]) -> Delivery:
    return Delivery(build_answer(announcement.event), announcement.hearers)


def _at_most(datagram: bytes, answer: bytes, address: Address) -> list[Delivery]:
    """`answer` for a stranger, if it is no longer than what the stranger sent: its address may be forged."""
    return [Delivery(answer, (address,))] if len(answer) <= len(datagram) else []
