"""A member's side of the talk, row by row of its state table; time is simulated."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chatlab.room.errors import Refusal
from chatlab.room.events import Event, Gone, Joined, Left, Refused, Said
from chatlab.udp import member as module
from chatlab.udp.member import DEAF, UdpMember
from chatlab.udp.membership import PATIENCE, RETRY, RETURN_PATIENCE, Outcome, Stage
from chatlab.udp.protocol import ALIVE, build_sign_up

from .state_table import Row, rows

SIGN_UP = build_sign_up("ada")
NOBODY = Gone("nobody answers at 10.0.0.9:9999: is the server running there?")
TOKEN = "0123456789abcdef"
NOTHING = Outcome()


@pytest.fixture
def out() -> UdpMember:
    return UdpMember("ada", "10.0.0.9:9999")


@pytest.fixture
def signing_up(out: UdpMember) -> UdpMember:
    out.sign_up(now=0)
    return out


@pytest.fixture
def inside(signing_up: UdpMember) -> UdpMember:
    signing_up.receive(b"ada joined!", now=0)
    return signing_up


def ticks(member: UdpMember, start: float, end: float) -> list[tuple[float, bytes]]:
    """What the member sends from `start` to `end`, and when; a tick is an eighth of a second."""
    return [
        (tick / 8, datagram)
        for tick in range(int(start * 8), int(end * 8) + 1)
        for datagram in member.tick(tick / 8).datagrams
    ]


def test_the_times_are_those_of_the_protocol() -> None:
    assert (RETRY, PATIENCE, ALIVE, DEAF, RETURN_PATIENCE) == (0.5, 5, 25, 50, 150)


def test_a_nickname_that_no_room_takes_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(Refusal, match="letters, digits"):
        UdpMember("ada lovelace", "a room")
    assert UdpMember("ａｄａ", "a room").nickname == "ada"


def test_out_sends_nothing_and_says_nothing(out: UdpMember) -> None:
    assert out.stage is Stage.OUT
    assert ticks(out, 0, 100) == []
    assert out.sign_out() == NOTHING
    with pytest.raises(Refusal, match="not in the room"):
        out.say("hi", now=0)


def test_out_sign_up_leads_to_signing_up_and_is_repeated(out: UdpMember) -> None:
    assert out.sign_up(now=0) == Outcome(datagrams=(SIGN_UP,))
    assert out.stage is Stage.SIGNING_UP
    assert ticks(out, 0, 2) == [(RETRY * n, SIGN_UP) for n in range(1, 5)]


def test_signing_up_my_own_nickname_joined_leads_in(signing_up: UdpMember) -> None:
    assert signing_up.receive(b"ada joined!", now=0) == Outcome((Joined("ada"),))
    assert signing_up.stage is Stage.IN
    assert ticks(signing_up, 0, 10) == []


def test_signing_up_a_challenge_leads_to_a_sign_up_with_its_token_at_once_and_when_repeated(
    signing_up: UdpMember,
) -> None:
    with_token = build_sign_up("ada", TOKEN)
    assert signing_up.receive(f"PROVE_TAG:{TOKEN}".encode(), now=0.1) == Outcome(datagrams=(with_token,))
    assert signing_up.stage is Stage.SIGNING_UP
    assert ticks(signing_up, 0.1, 0.75) == [(0.625, with_token)]


def test_the_same_challenge_again_is_not_answered_at_once(signing_up: UdpMember) -> None:
    signing_up.receive(f"PROVE_TAG:{TOKEN}".encode(), now=0.1)
    assert signing_up.receive(f"PROVE_TAG:{TOKEN}".encode(), now=0.1) == NOTHING


def test_signing_up_a_refusal_leads_out(signing_up: UdpMember) -> None:
    assert signing_up.receive(b"REFUSED_TAG:taken", now=0) == Outcome((Refused("taken"),))
    assert signing_up.stage is Stage.OUT
    assert ticks(signing_up, 0, 10) == []


def test_signing_up_nothing_for_5_s_leads_out(signing_up: UdpMember) -> None:
    assert signing_up.tick(PATIENCE - 0.01).events == ()
    assert signing_up.tick(PATIENCE) == Outcome((NOBODY,))
    assert signing_up.stage is Stage.OUT
    assert ticks(signing_up, PATIENCE, 60) == []


def test_an_answer_that_comes_too_late_leads_in_all_the_same(signing_up: UdpMember) -> None:
    signing_up.tick(PATIENCE)
    assert signing_up.receive(b"ada joined!", now=PATIENCE + 1) == Outcome((Joined("ada"),))
    assert signing_up.stage is Stage.IN


def test_in_a_repeated_answer_is_no_second_event(inside: UdpMember) -> None:
    assert inside.receive(b"ada joined!", now=1) == NOTHING


def test_in_my_own_nickname_left_leads_to_signing_up(inside: UdpMember) -> None:
    gone = Gone("the room has closed or lost sight of you; trying to get in again")
    assert inside.receive(b"ada left!", now=100) == Outcome((gone,), (SIGN_UP,))
    assert inside.stage is Stage.SIGNING_UP
    assert inside.tick(100 + PATIENCE) == Outcome((NOBODY,))


def test_in_a_closed_port_leads_to_signing_up(inside: UdpMember) -> None:
    gone = Gone("nobody answers any more; trying to get in again")
    assert inside.unreachable(now=100) == Outcome((gone,), (SIGN_UP,))
    assert inside.stage is Stage.SIGNING_UP


def test_a_closed_port_is_no_news_for_who_is_not_in(signing_up: UdpMember) -> None:
    assert signing_up.unreachable(now=0) == NOTHING
    assert signing_up.stage is Stage.SIGNING_UP


def test_in_words_that_do_not_come_back_lead_to_the_sign_up_until_it_is_answered(inside: UdpMember) -> None:
    inside.say("hi", now=100)
    inside.say("anybody?", now=100.25)
    assert ticks(inside, 100.25, 101) == [(100.5, SIGN_UP), (101, SIGN_UP)]
    assert inside.stage is Stage.IN
    assert inside.receive(b"ada joined!", now=101) == NOTHING
    assert ticks(inside, 101, 110) == []


def test_in_no_answer_to_that_either_leads_to_signing_up_after_5_s(inside: UdpMember) -> None:
    inside.say("hi", now=100)
    assert len(ticks(inside, 100, 104.875)) == 9
    gone = Gone("nobody answers any more; trying to get in again")
    assert inside.tick(100 + PATIENCE) == Outcome((gone,), (SIGN_UP,))
    assert inside.tick(100 + 2 * PATIENCE) == Outcome((NOBODY,))


def test_in_words_that_come_back_lead_to_nothing(inside: UdpMember) -> None:
    inside.say("hi", now=100)
    assert inside.receive(b"ada: hi", now=100.1) == Outcome((Said("ada", "hi"),))
    assert ticks(inside, 100, 105) == []


STRANGER = Gone("the room does not know you any more; trying to get in again")


@pytest.mark.parametrize("reason", ["", "s", "sig", "sign up first", "t", "taken", "taken: that nickname, or one that"])
def test_in_a_strangers_refusal_leads_to_signing_up_however_it_is_cut(inside: UdpMember, reason: str) -> None:
    inside.say("hello everybody", now=100)
    assert inside.receive(f"REFUSED_TAG:{reason}".encode(), now=100.1) == Outcome((STRANGER,), (SIGN_UP,))
    assert inside.stage is Stage.SIGNING_UP


@pytest.mark.parametrize("reason", ["slow down: 20 messages a second", "a message has at most 1024 bytes"])
def test_in_refused_words_are_told_and_lead_to_the_sign_up_like_all_that_do_not_come_back(
    inside: UdpMember, reason: str
) -> None:
    inside.say("hello everybody", now=100)
    assert inside.receive(f"REFUSED_TAG:{reason}".encode(), now=100.1) == Outcome((Refused(reason),))
    assert ticks(inside, 100, 100.5) == [(100 + RETRY, SIGN_UP)]
    assert inside.receive(b"REFUSED_TAG:slow down", now=100.6) == Outcome((Refused("slow down"),))
    assert ticks(inside, 100.625, 110) == []


def test_who_was_in_asks_for_its_taken_nickname_until_its_old_self_is_out(inside: UdpMember) -> None:
    inside.receive(b"REFUSED_TAG:sign up", now=100)
    for second in range(100, 100 + int(RETURN_PATIENCE)):
        assert [datagram for _, datagram in ticks(inside, second + 0.125, second + 1)] == [SIGN_UP, SIGN_UP]
        assert inside.receive(b"REFUSED_TAG:taken: that", now=second + 0.9) == NOTHING
    assert inside.receive(b"ada joined!", now=249.9) == Outcome((Joined("ada"),))
    assert inside.stage is Stage.IN


def test_who_was_in_gives_up_when_the_lease_of_its_old_self_must_have_ended(inside: UdpMember) -> None:
    inside.receive(b"REFUSED_TAG:sign up", now=100)
    outcome = inside.receive(b"REFUSED_TAG:taken: that", now=100 + RETURN_PATIENCE)
    assert outcome == Outcome((Refused("taken: that"),))
    assert inside.stage is Stage.OUT


def test_who_was_in_and_is_refused_otherwise_is_out(inside: UdpMember) -> None:
    inside.receive(b"REFUSED_TAG:sign up", now=100)
    assert inside.receive(b"REFUSED_TAG:full", now=101) == Outcome((Refused("full"),))
    assert inside.stage is Stage.OUT


def test_in_a_challenge_leads_to_the_sign_up_with_its_token(inside: UdpMember) -> None:
    sent = Outcome(datagrams=(build_sign_up("ada", TOKEN),))
    assert inside.receive(f"PROVE_TAG:{TOKEN}".encode(), now=100) == sent
    assert inside.stage is Stage.IN


def test_in_a_silence_of_25_s_leads_to_a_keep_alive(inside: UdpMember) -> None:
    assert ticks(inside, 0, 30) == [(ALIVE, b"")]
    inside.receive(b"bob: hi", now=30)
    assert ticks(inside, 30, 75) == [(2 * ALIVE, b""), (3 * ALIVE, b"")]


def test_what_is_said_is_a_sign_of_life_too(inside: UdpMember) -> None:
    inside.say("hi", now=20)
    inside.receive(b"ada: hi", now=20)
    assert ticks(inside, 20, 60) == [(45, b"")]


def test_out_and_elsewhere_a_challenge_without_a_sign_up_is_not_answered(out: UdpMember) -> None:
    assert out.receive(f"PROVE_TAG:{TOKEN}".encode(), now=0) == NOTHING


@pytest.mark.parametrize("signed_up", [True, False])
def test_sign_out_tells_the_room_once(out: UdpMember, signed_up: bool) -> None:
    out.sign_up(now=0)
    if signed_up:
        out.receive(b"ada joined!", now=0)
    assert out.sign_out() == Outcome(datagrams=(b"SIGNOUT_TAG:",))
    assert out.stage is Stage.OUT
    assert out.sign_out() == NOTHING


@pytest.mark.parametrize(
    ("datagram", "event"),
    [
        (b"bob joined!", Joined("bob")),
        (b"bob left!", Left("bob")),
        (b"bob: hi", Said("bob", "hi")),
        (b"ada: hi", Said("ada", "hi")),
        (b"bob: ada left!", Said("bob", "ada left!")),
        (b"REFUSED_TAG:slow down", Refused("slow down")),
    ],
)
def test_in_what_the_room_says_is_told(inside: UdpMember, datagram: bytes, event: Event) -> None:
    assert inside.receive(datagram, now=1) == Outcome((event,))
    assert inside.stage is Stage.IN


@pytest.mark.parametrize("datagram", [b"", b"\xff", b"hello", b"PROVE_TAG:x", b"\x1b[2J"])
def test_in_what_no_room_says_is_not_told(inside: UdpMember, datagram: bytes) -> None:
    assert inside.receive(datagram, now=1) == NOTHING


def test_text_that_shows_nothing_is_not_sent(inside: UdpMember) -> None:
    assert inside.say(" \n\x00", now=1) == NOTHING


def test_text_that_no_datagram_carries_is_refused(inside: UdpMember) -> None:
    assert inside.say("x" * 65_507, now=1).datagrams == (b"x" * 65_507,)
    with pytest.raises(Refusal, match=r"^a datagram carries at most 65,507 bytes: say it in pieces$"):
        inside.say("x" * 65_508, now=1)


def told(datagram: bytes) -> Callable[[UdpMember], Outcome]:
    return lambda member: member.receive(datagram, now=100)


def say_in_vain(member: UdpMember, until: float) -> Outcome:
    member.say("hi", now=100)
    return member.tick(100 + until)


def after_a_return(member: UdpMember) -> Outcome:
    member.receive(b"ada joined!", now=99)
    member.unreachable(now=99)
    repeated = member.receive(b"REFUSED_TAG:taken", now=100)
    return repeated._replace(datagrams=repeated.datagrams + member.tick(100).datagrams)


def test_in_a_silent_room_the_member_asks_and_is_out_when_nobody_answers(inside: UdpMember) -> None:
    asked = [at for at, datagram in ticks(inside, 0, DEAF + PATIENCE - 1) if datagram == SIGN_UP]
    assert asked[0] == DEAF
    gone = Gone("nobody answers any more; trying to get in again")
    assert inside.tick(DEAF + PATIENCE) == Outcome((gone,), (SIGN_UP,))


def test_in_a_silent_room_an_answer_is_enough_for_another_while(inside: UdpMember) -> None:
    assert ticks(inside, DEAF, DEAF) == [(DEAF, SIGN_UP)]
    assert inside.receive(b"ada joined!", now=DEAF) == NOTHING
    assert SIGN_UP not in [datagram for _, datagram in ticks(inside, DEAF, 2 * DEAF - 1)]


def heard_and_silent(member: UdpMember) -> Outcome:
    member.receive(b"bob: hi", now=DEAF)
    return member.tick(DEAF + ALIVE - 1)


# What happens in the state table, played to a member that has come to the row's stage at time 0.
HAPPENS: dict[str, Callable[[UdpMember], Outcome]] = {
    "sign_up": lambda member: member.sign_up(now=0),
    "my own nickname joined": told(b"ada joined!"),
    "my own nickname left": told(b"ada left!"),
    "a challenge": told(f"PROVE_TAG:{TOKEN}".encode()),
    "a refusal": told(b"REFUSED_TAG:full"),
    "a stranger's refusal": told(b"REFUSED_TAG:sign up first"),
    '"taken", and I was in before': after_a_return,
    "nothing for PATIENCE seconds": lambda member: member.tick(PATIENCE),
    "my words don't come back": lambda member: say_in_vain(member, RETRY),
    "no answer to that": lambda member: say_in_vain(member, PATIENCE),
    "I heard nothing for DEAF": lambda member: member.tick(DEAF),
    "I said nothing for ALIVE": heard_and_silent,
}


@pytest.mark.parametrize("row", rows(module), ids=lambda row: f"{row.stage.name}, {row.happens}")
def test_the_state_table_is_what_happens(out: UdpMember, row: Row) -> None:
    if row.stage is not Stage.OUT:
        out.sign_up(now=0)
    if row.stage is Stage.IN:
        out.receive(b"ada joined!", now=0)
    before = out.stage
    outcome = HAPPENS[row.happens](out)
    signs_up = any(datagram.startswith(b"SIGNUP_TAG:ada") for datagram in outcome.datagrams)
    row.check(before, out.stage, outcome, signs_up=signs_up, keeps_alive=b"" in outcome.datagrams)
    assert (TOKEN.encode() in b"".join(outcome.datagrams)) == ("with its token" in row.then)


def test_the_state_table_is_read_whole() -> None:
    assert {row.happens for row in rows(module)} == HAPPENS.keys()
    assert len(rows(module)) == 13
