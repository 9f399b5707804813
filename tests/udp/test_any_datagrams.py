"""Any datagrams from any addresses, in any order, at any time: who may hear what, and how much."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from chatlab.room.addresses import Address
from chatlab.room.events import Joined, Left, Refused, Said
from chatlab.room.text import encode
from chatlab.udp.address_cookie import AddressCookie
from chatlab.udp.limits import Limits, Reason
from chatlab.udp.protocol import Challenge, build_sign_up, parse_answer

from ..room.test_text import acts_on_a_screen
from . import talk
from .talk import Heard, Talk

IDLE_LIMIT = 10.0
ADDRESSES: list[Address] = [("10.0.0.1", port) for port in range(8001, 8007)]
NICKNAMES = ["ada", "ADA", "bob", "b0b", "eve", "Zoë", "日本語", "㍿㍿㍿㍿㍿", "NICK", "", "two words", "x" * 21]
DATAGRAMS = (
    st.binary(max_size=80)
    | st.sampled_from(
        [b"", b"hi", b"SIGNOUT_TAG:", b"SIGNOUT_TAG:ada", b"x" * 1024, b"x" * 1025, b"\x1b[2J", "\u202ehi".encode()]
    )
    | st.sampled_from(NICKNAMES).map(build_sign_up)
    | st.sampled_from(NICKNAMES).map(lambda nickname: encode(f"SIGNUP_TAG:{nickname}"))
    | st.builds(lambda name, text: encode(f"{name}: {text}"), st.sampled_from(NICKNAMES), st.text(max_size=20))
    | st.sampled_from(NICKNAMES).map(lambda nickname: encode(f"{nickname} left!"))
)


class AnyDatagrams(RuleBasedStateMachine):
    """Beside the room, only what the promises speak of is kept: who is in, and when each was last heard of."""

    proof: AddressCookie | None = None

    def __init__(self) -> None:
        super().__init__()
        self.talk = Talk(Limits(max_members=4, idle_limit=IDLE_LIMIT), self.proof)
        self.heard_at: dict[Address, float] = {}
        self.owed: dict[Address, int] = {}  # bytes that a stranger may still get for its last datagram

    def members(self) -> dict[Address, str]:
        room = self.talk.chat.room
        return dict(zip(room.members, room.nicknames, strict=True))

    @rule(address=st.sampled_from(ADDRESSES), datagram=DATAGRAMS)
    def send(self, address: Address, datagram: bytes) -> None:
        before = self.members()
        heard = self.talk.send(address, datagram)
        self.heard_at[address] = self.talk.now
        after = self.members()

        others = ADDRESSES[:]
        others.remove(address)
        assert heard.keys() <= {*after, address}, "a stranger heard something of the room"
        assert {m: before.get(m) for m in others} == {m: after.get(m) for m in others}, "another came or went"
        if address not in before:
            self.owed[address] = self.owed.get(address, 0) + len(datagram)
            self.check_what_strangers_get(heard, before)
            probed = {other for other in before if heard.get(other) == [b""]}
            assert address in after or heard.keys() <= {address, *probed}
        for other in others:
            self.check_what_others_hear(heard.get(other, []), before.get(address) or after.get(address, ""))
        self.check_that_all_is_clean(heard)

    @rule(address=st.sampled_from(ADDRESSES), nickname=st.sampled_from(NICKNAMES))
    def sign_up_with_a_token(self, address: Address, nickname: str) -> None:
        if self.proof:
            self.send(address, build_sign_up(nickname, self.proof.token(address, self.talk.now)))

    @rule(seconds=st.sampled_from([0.0, 0.3, 1.0, 6.0, 11.0]))
    def wait(self, seconds: float) -> None:
        before = self.members()
        heard = self.talk.tick(seconds)
        after = self.members()
        silent = {m for m in before if self.talk.now - self.heard_at[m] > IDLE_LIMIT}
        assert after.keys() >= before.keys() - silent, "one who was heard of was put out"
        self.check_what_strangers_get(heard, before)
        for newcomer in after.keys() - before.keys():
            self.heard_at[newcomer] = self.talk.now
        if seconds >= 1:
            assert after.keys().isdisjoint(silent), "a lease did not end"
        self.check_that_all_is_clean(heard)

    @rule(address=st.sampled_from(ADDRESSES))
    def close_a_port(self, address: Address) -> None:
        before = self.members()
        told = talk.heard(self.talk.chat.leave(address, Reason.UNREACHABLE))
        assert self.members().keys() == before.keys() - {address}
        assert told.keys() <= self.members().keys()

    @invariant()
    def the_room_is_bounded(self) -> None:
        assert len(self.members()) <= 4

    def check_what_strangers_get(self, heard: Heard, before: dict[Address, str]) -> None:
        """No more bytes than they have sent; and those who were never in hear nothing else."""
        for stranger in heard.keys() - before.keys():
            self.owed[stranger] -= sum(map(len, heard[stranger]))
            assert self.owed[stranger] >= 0, "a stranger got more than it sent"

    def check_what_others_hear(self, datagrams: list[bytes], nickname: str) -> None:
        for datagram in filter(None, datagrams):  # an empty one is a probe
            match parse_answer(datagram):
                case Joined(who) | Left(who) | Said(who):
                    assert who == nickname, "somebody spoke for another"
                case other:
                    raise AssertionError(f"members heard {other}")

    def check_that_all_is_clean(self, heard: Heard) -> None:
        for datagram in (datagram for datagrams in heard.values() for datagram in filter(None, datagrams)):
            text = datagram.decode()
            assert len(text.splitlines()) == 1
            assert not any(map(acts_on_a_screen, text))
            assert isinstance(parse_answer(datagram), Joined | Left | Said | Refused | Challenge)


class AnyDatagramsWithProof(AnyDatagrams):
    """The same with --prove-address: nobody comes in by a sign-up without a token."""

    proof = AddressCookie(b"0123456789abcdef")

    @rule(address=st.sampled_from(ADDRESSES), nickname=st.sampled_from(NICKNAMES))
    def sign_up_without_a_token(self, address: Address, nickname: str) -> None:
        before = self.members()
        self.send(address, build_sign_up(nickname))
        assert self.members() == before


TestAnyDatagrams = AnyDatagrams.TestCase
TestAnyDatagramsWithProof = AnyDatagramsWithProof.TestCase
TestAnyDatagrams.settings = TestAnyDatagramsWithProof.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None
)
