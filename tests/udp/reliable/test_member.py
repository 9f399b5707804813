"""The member's side of the reliable talk, datagram by datagram."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from chatlab.room.errors import Refusal
from chatlab.room.events import Gone, Joined, Left, Refused, Said
from chatlab.udp.membership import PATIENCE, RETRY, RETURN_PATIENCE, Outcome, Stage
from chatlab.udp.protocol import ALIVE, MAX_DATAGRAM, KeepAlive, SignOut, SignUp, parse_request
from chatlab.udp.reliable import member as module
from chatlab.udp.reliable.frames import Numbered, parse_frame
from chatlab.udp.reliable.member import MAX_TEXT, ReliableMember
from chatlab.udp.reliable.stop_and_wait import OUTBOX_BYTES, Timing

from ..state_table import Row, rows

TIMING = Timing(first=1.0, longest=1.0, tries=3)
NOTHING = Outcome()
AGAIN = "trying to get in again"


def signed_up(outcome: Outcome) -> tuple[str, SignUp]:
    """The session and the sign-up that an outcome begins with."""
    (datagram,) = outcome.datagrams
    frame = parse_frame(datagram)
    assert isinstance(frame, Numbered)
    assert frame.number == 0
    request = parse_request(frame.payload)
    assert isinstance(request, SignUp)
    return frame.session, request


class Stay:
    """A member who has asked to be let in at time 0, and its session."""

    def __init__(self) -> None:
        self.member = ReliableMember("ada", "the room", TIMING, random.Random(1))
        self.session, self.asked = signed_up(self.member.sign_up(0.0))

    def is_at(self, stage: Stage) -> bool:
        return self.member.stage is stage

    def hears(self, number: int, text: str, now: float = 0.0) -> Outcome:
        return self.member.receive(f"MSG_TAG:{self.session} {number} {text}".encode(), now)

    def acknowledged(self, number: int, now: float = 0.0) -> Outcome:
        return self.member.receive(f"ACK_TAG:{self.session} {number}".encode(), now)

    def reset(self, why: str, now: float = 0.0) -> Outcome:
        return self.member.receive(f"RST_TAG:{self.session} {why}".encode(), now)

    def sent(self, number: int, text: str) -> tuple[bytes, ...]:
        return (f"MSG_TAG:{self.session} {number} {text}".encode(),)


@pytest.fixture
def asking() -> Stay:
    return Stay()


@pytest.fixture
def stay() -> Stay:
    """Of one who is in."""
    stay = Stay()
    stay.acknowledged(0)
    stay.hears(0, "ada joined!")
    assert stay.is_at(Stage.IN)
    return stay


def test_a_sign_up_is_message_0_of_a_session(asking: Stay) -> None:
    assert asking.asked == SignUp("ada")
    assert asking.is_at(Stage.SIGNING_UP)
    assert asking.acknowledged(0) == NOTHING
    assert asking.is_at(Stage.SIGNING_UP)
    assert asking.hears(0, "ada joined!") == Outcome((Joined("ada"),), (f"ACK_TAG:{asking.session} 0".encode(),))
    assert asking.is_at(Stage.IN)


def test_a_repeat_is_acknowledged_and_heard_once(stay: Stay) -> None:
    acknowledgement = (f"ACK_TAG:{stay.session} 1".encode(),)
    assert stay.hears(1, "bob: hi") == Outcome((Said("bob", "hi"),), acknowledgement)
    assert stay.hears(1, "bob: hi") == Outcome((), acknowledgement)
    assert stay.hears(2, "bob left!").events == (Left("bob"),)
    assert stay.hears(3, "REFUSED_TAG:slow down").events == (Refused("slow down"),)
    assert stay.is_at(Stage.IN)


def test_another_session_is_not_heard(stay: Stay) -> None:
    for kind in ("MSG_TAG:00000000 1 bob: hi", "ACK_TAG:00000000 0", "RST_TAG:00000000 REFUSED_TAG:out"):
        assert stay.member.receive(kind.encode(), 0.0) == NOTHING
    assert stay.is_at(Stage.IN)


def test_what_is_said_goes_out_one_after_the_other(stay: Stay) -> None:
    assert stay.member.say("a", 1.0).datagrams == stay.sent(1, "a")
    assert stay.member.say("b", 1.0) == NOTHING
    assert stay.member.say("  ", 1.0) == NOTHING
    assert stay.member.tick(1.9) == NOTHING
    assert stay.member.tick(2.3).datagrams == stay.sent(1, "a")
    assert stay.acknowledged(1, 2.4).datagrams == stay.sent(2, "b")


def test_a_room_that_is_plain(asking: Stay) -> None:
    refused = asking.member.receive(b"REFUSED_TAG:sign up first", 0.0)
    assert refused == Outcome((Refused("plain room: join it without --reliable"),))
    assert asking.is_at(Stage.OUT)


def test_a_plain_refusal_or_anything_else_does_not_put_a_member_out(stay: Stay) -> None:
    for datagram in (b"REFUSED_TAG:sign up first", b"bob: hi", b"", b"\xff"):
        assert stay.member.receive(datagram, 0.0) == NOTHING
    assert stay.is_at(Stage.IN)


def test_a_sign_up_that_is_refused(asking: Stay) -> None:
    assert asking.reset("REFUSED_TAG:taken: that nickname") == Outcome((Refused("taken: that nickname"),))
    assert asking.is_at(Stage.OUT)
    assert asking.hears(0, "ada joined!") == NOTHING
    assert asking.member.tick(99.0) == NOTHING


def test_a_challenge_is_answered_once_in_a_new_session(asking: Stay) -> None:
    challenge = "PROVE_TAG:0123456789abcdef"
    session, request = signed_up(asking.reset(challenge))
    assert session != asking.session
    assert request == SignUp("ada", "0123456789abcdef")
    asking.session = session
    assert asking.reset(challenge) == NOTHING
    assert asking.member.tick(PATIENCE).events == (Gone("nobody answers at the room: is the server running there?"),)


def test_nobody_answers(asking: Stay) -> None:
    assert asking.member.tick(1.5).datagrams
    (gone,) = asking.member.tick(PATIENCE).events
    assert gone == Gone("nobody answers at the room: is the server running there?")
    assert asking.is_at(Stage.OUT)


def test_nobody_acknowledges_any_more(stay: Stay) -> None:
    stay.member.say("a", 10.0)
    stay.member.say("b", 10.0)
    for now in (12.0, 14.0):
        assert stay.member.tick(now).datagrams == stay.sent(1, "a")
    outcome = stay.member.tick(16.0)
    assert outcome.events == (
        Gone(
            "gave up: message 1 was sent 3 times and never acknowledged; 2 of your last messages may not have arrived; "
            + AGAIN
        ),
    )
    session, _ = signed_up(outcome)
    assert session != stay.session
    stay.session = session
    assert stay.hears(0, "ada joined!", 16.1).events == (Joined("ada"),)
    assert stay.acknowledged(0, 16.1) == NOTHING  # nothing is said twice


@pytest.mark.parametrize(
    ("why", "reason"),
    [("REFUSED_TAG:the room is closing", "the room is closing"), ("", "the room does not know you any more")],
)
def test_a_member_who_is_put_out_tries_again(stay: Stay, why: str, reason: str) -> None:
    outcome = stay.reset(why)
    assert outcome.events == (Gone(f"{reason}; {AGAIN}"),)
    assert signed_up(outcome)[0] != stay.session


def test_a_port_that_is_closed(stay: Stay, asking: Stay) -> None:
    assert stay.member.unreachable(1.0).events == (Gone(f"nobody answers any more; {AGAIN}"),)
    assert asking.member.unreachable(1.0) == NOTHING
    assert asking.is_at(Stage.SIGNING_UP)


def test_a_silent_member_says_that_it_is_alive_and_notices_when_nobody_listens(stay: Stay) -> None:
    assert stay.member.tick(ALIVE - 0.1) == NOTHING
    assert stay.member.tick(ALIVE).datagrams == stay.sent(1, "")
    stay.member.tick(ALIVE + 2)
    stay.member.tick(ALIVE + 4)
    assert stay.member.tick(ALIVE + 6).events == (
        Gone(f"gave up: message 1 was sent 3 times and never acknowledged; {AGAIN}"),
    )


def test_a_sign_out_waits_for_the_last_words_and_is_acknowledged(stay: Stay) -> None:
    stay.member.say("bye", 1.0)
    assert stay.member.sign_out() == NOTHING
    assert stay.is_at(Stage.LEAVING)
    assert stay.member.sign_out() == NOTHING
    assert stay.hears(1, "bob: don't go", 1.1).events == (Said("bob", "don't go"),)
    assert stay.acknowledged(1, 1.2).datagrams == stay.sent(2, "SIGNOUT_TAG:")
    assert stay.is_at(Stage.LEAVING)
    assert stay.acknowledged(2, 1.3) == NOTHING
    assert stay.is_at(Stage.OUT)


def test_a_goodbye_that_nobody_acknowledges_ends_all_the_same(stay: Stay) -> None:
    stay.member.tick(10.0)
    assert stay.member.sign_out().datagrams == stay.sent(1, "SIGNOUT_TAG:")
    for step in range(1, 20):
        assert stay.member.tick(10.0 + step).events == ()
        if step < 3:
            assert stay.is_at(Stage.LEAVING)
    assert stay.is_at(Stage.OUT)


def test_a_goodbye_has_time_for_as_long_as_something_is_acknowledged() -> None:
    member = ReliableMember("ada", "the room", Timing(first=1.0, longest=1.0, tries=99), random.Random(1))
    session, _ = signed_up(member.sign_up(0.0))
    member.receive(f"MSG_TAG:{session} 0 ada joined!".encode(), 0.0)
    member.say("bye", 0.0)
    member.sign_out()
    for number, now in enumerate((4.0, 8.0)):
        member.receive(f"ACK_TAG:{session} {number}".encode(), now)
        member.tick(now + PATIENCE - 0.1)
        assert member.stage is Stage.LEAVING
    member.tick(8.0 + PATIENCE)
    assert member.stage is Stage.OUT


@pytest.mark.parametrize("end", ["reset", "unreachable"])
def test_a_goodbye_to_a_room_that_is_gone(stay: Stay, end: str) -> None:
    stay.member.sign_out()
    outcome = stay.reset("REFUSED_TAG:sign up first") if end == "reset" else stay.member.unreachable(0.0)
    assert outcome == NOTHING
    assert stay.is_at(Stage.OUT)


def test_who_is_not_in_yet_says_goodbye_once(asking: Stay) -> None:
    assert asking.member.sign_out().datagrams == asking.sent(1, "SIGNOUT_TAG:")
    assert asking.is_at(Stage.OUT)
    assert asking.member.sign_out() == NOTHING


def test_what_cannot_be_said(stay: Stay, asking: Stay) -> None:
    with pytest.raises(Refusal, match="you are not in the room"):
        asking.member.say("hi", 0.0)
    with pytest.raises(Refusal, match="a datagram carries at most 65,477 bytes"):
        stay.member.say("x" * (MAX_TEXT + 1), 0.0)
    (datagram,) = stay.member.say("x" * MAX_TEXT, 0.0).datagrams
    assert len(datagram) <= MAX_DATAGRAM


def test_what_waits_is_bounded_and_a_goodbye_behind_too_much_is_none(stay: Stay) -> None:
    for _ in range(OUTBOX_BYTES // 1024):
        stay.member.say("x" * 1024, 0.0)
    with pytest.raises(Refusal, match="say it again later"):
        stay.member.say("y", 0.0)
    assert stay.member.tick(ALIVE).datagrams == stay.sent(1, "x" * 1024)  # no keep-alive
    assert stay.member.sign_out() == NOTHING
    assert stay.is_at(Stage.OUT)


def test_who_was_in_asks_for_its_taken_nickname_until_its_old_self_is_out(stay: Stay) -> None:
    (gone,) = stay.reset("REFUSED_TAG:sign up first", 100.0).events
    assert gone == Gone(f"the room does not know you any more; {AGAIN}")
    sessions = {stay.session}
    for half in range(2, 2 * int(RETURN_PATIENCE), 2):
        now = 100 + half / 2
        stay.session = stay.member._session.name
        assert stay.session not in sessions
        sessions.add(stay.session)
        assert stay.reset("REFUSED_TAG:taken", now) == NOTHING
        assert stay.is_at(Stage.SIGNING_UP)
        assert stay.member.tick(now + RETRY - 0.01) == NOTHING
        assert signed_up(stay.member.tick(now + RETRY))[1].nickname == "ada"
    stay.session = stay.member._session.name
    assert stay.hears(0, "ada joined!", 249.0).events == (Joined("ada"),)


def test_who_was_in_gives_up_when_the_lease_of_its_old_self_must_have_ended(stay: Stay) -> None:
    stay.reset("", 100.0)
    stay.session = stay.member._session.name
    assert stay.reset("REFUSED_TAG:taken", 100 + RETURN_PATIENCE).events == (Refused("taken"),)
    assert stay.is_at(Stage.OUT)


def acknowledges_nothing(stay: Stay) -> Outcome:
    stay.member.say("hi", 0.0)
    return [stay.member.tick(float(now)) for now in range(2, 9, 2)][2]


def after_a_return(stay: Stay) -> Outcome:
    stay.hears(0, "ada joined!")
    stay.member.unreachable(0.0)
    stay.session = stay.member._session.name
    stay.reset("REFUSED_TAG:taken", 0.0)
    return stay.member.tick(RETRY)


def leaves(stay: Stay) -> Outcome:
    stay.member.sign_out()
    return stay.acknowledged(1)


# What happens in the state table, played to a member that has come to the row's stage at time 0.
HAPPENS: dict[str, tuple[Callable[[Stay], Outcome], ...]] = {
    "sign_up": (lambda stay: stay.member.sign_up(0.0),),
    "my own nickname joined": (lambda stay: stay.hears(0, "ada joined!"),),
    "a reset with a challenge": (lambda stay: stay.reset("PROVE_TAG:0123456789abcdef"),),
    "another reset": (lambda stay: stay.reset("REFUSED_TAG:full"), lambda stay: stay.reset("")),
    '"taken", and I was in before': (after_a_return,),
    "a plain refusal": (lambda stay: stay.member.receive(b"REFUSED_TAG:sign up first", 0.0),),
    "nothing for PATIENCE seconds": (lambda stay: stay.member.tick(PATIENCE),),
    "a reset, or no acknowledgement at all": (lambda stay: stay.reset("REFUSED_TAG:the end"), acknowledges_nothing),
    "I said nothing for ALIVE seconds": (lambda stay: stay.member.tick(ALIVE),),
    "sign_out": (lambda stay: stay.member.sign_out(),),
    "the sign-out is acknowledged; a reset": (lambda stay: stay.acknowledged(1), lambda stay: stay.reset("")),
    "no acknowledgement for PATIENCE": (lambda stay: stay.member.tick(PATIENCE),),
}
WALKS = [(row, play) for row in rows(module) for play in HAPPENS[row.happens]]


@pytest.mark.parametrize(("row", "play"), WALKS)
def test_the_state_table_is_what_happens(asking: Stay, row: Row, play: Callable[[Stay], Outcome]) -> None:
    if row.stage in (Stage.IN, Stage.LEAVING):
        asking.hears(0, "ada joined!")
        asking.acknowledged(0)
    if row.stage is Stage.LEAVING:
        asking.member.sign_out()
    if row.stage is Stage.OUT:
        asking.reset("")
    before = asking.member.stage
    outcome = play(asking)
    frames = map(parse_frame, outcome.datagrams)
    requests = [parse_request(frame.payload) for frame in frames if isinstance(frame, Numbered)]
    row.check(
        before,
        asking.member.stage,
        outcome,
        signs_up=any(isinstance(request, SignUp) for request in requests),
        keeps_alive=KeepAlive() in requests,
    )
    assert (SignOut() in requests) == ("the sign-out" in row.then)
    new_session = asking.member._session.name != asking.session
    assert new_session == ("a new session" in row.then)


def test_the_state_table_is_read_whole() -> None:
    assert {row.happens for row in rows(module)} == HAPPENS.keys()
    assert len(rows(module)) == 12
