"""The room's side of the talk, rule by rule; time is simulated."""

from __future__ import annotations

import pytest

from chatlab.room.addresses import Address
from chatlab.udp import leases
from chatlab.udp.limits import Limits, Reason
from chatlab.udp.protocol import build_sign_up
from chatlab.udp.waiting import PROBE_TIME

from .talk import ADA, BOB, EVE, Heard, Talk, heard

SLOW_DOWN = b"REFUSED_TAG:slow down: 20 messages a second"


@pytest.fixture
def talk() -> Talk:
    """A room with ada and bob in it."""
    talk = Talk()
    talk.sign_up(ADA, "ada")
    talk.sign_up(BOB, "bob")
    return talk


def everybody(datagram: bytes) -> Heard:
    return {ADA: [datagram], BOB: [datagram]}


def test_everybody_hears_who_joins_the_newcomer_too(talk: Talk) -> None:
    assert talk.sign_up(EVE, "eve") == {ADA: [b"eve joined!"], BOB: [b"eve joined!"], EVE: [b"eve joined!"]}
    assert talk.log[-1] == "eve joined from 10.0.0.3:8003 (3 here)"


def test_everybody_hears_what_a_member_says_its_sender_too(talk: Talk) -> None:
    assert talk.send(ADA, b"hi") == everybody(b"ada: hi")


def test_the_original_clients_words_come_out_stamped_once(talk: Talk) -> None:
    assert talk.send(EVE, b"SIGNUP_TAG:eve")[EVE] == [b"eve joined!"]
    assert talk.send(EVE, b"eve: hello")[ADA] == [b"eve: hello"]


def test_an_original_client_whose_nickname_is_typed_in_another_form_is_stamped_once_too(talk: Talk) -> None:
    assert talk.send(EVE, "SIGNUP_TAG:Zoe\u0308".encode())[EVE] == ["Zoë joined!".encode()]
    assert talk.send(EVE, "Zoe\u0308: hi".encode())[ADA] == ["Zoë: hi".encode()]


def test_the_others_hear_who_signs_out_and_the_nickname_is_free_at_once(talk: Talk) -> None:
    assert talk.send(ADA, b"SIGNOUT_TAG:") == {BOB: [b"ada left!"]}
    assert talk.log[-1] == "ada left: signed out (1 here)"
    assert talk.sign_up(EVE, "ada")[EVE] == [b"ada joined!"]


@pytest.mark.parametrize(
    ("said", "comes_out"),
    [
        (b"bob: I owe ada 10", b"ada: bob: I owe ada 10"),
        (b"bob left!", b"ada: bob left!"),
        (b"eve joined!", b"ada: eve joined!"),
        (b"REFUSED_TAG:go away", b"ada: REFUSED_TAG:go away"),
        (b"PROVE_TAG:0123456789abcdef", b"ada: PROVE_TAG:0123456789abcdef"),
        (b" SIGNOUT_TAG:", b"ada:  SIGNOUT_TAG:"),
        (b"ADA: hi", b"ada: ADA: hi"),
        (b"ada: ada: hi", b"ada: ada: hi"),
        (b"hi\nbob: I quit", b"ada: hibob: I quit"),
        (b"\x1b]0;owned\x07\x1b[2J", b"ada: ]0;owned[2J"),
        ("\u202eevil\u2028bob: hi".encode(), b"ada: evilbob: hi"),
        (b"caf\xe9", b"ada: caf\xef\xbf\xbd"),
    ],
)
def test_what_claims_another_name_or_imitates_the_room_comes_out_clean_under_the_speakers_name(
    talk: Talk, said: bytes, comes_out: bytes
) -> None:
    assert talk.send(ADA, said) == everybody(comes_out)


@pytest.mark.parametrize("said", [b"\n", b"\x1b", b"   ", b"ada: ", b"ada: \x07", "\u2028".encode()])
def test_what_shows_nothing_is_not_sent_on(talk: Talk, said: bytes) -> None:
    assert talk.send(ADA, said) == {}


@pytest.mark.parametrize("text", [b"x" * 1024, b"ada: " + b"x" * 1019, "é".encode() * 512, b"\x00" + b"x" * 1023])
def test_text_of_1024_bytes_arrives_whole_and_one_byte_more_is_refused_not_cut(talk: Talk, text: bytes) -> None:
    comes_out = b"ada: " + text.removeprefix(b"ada: ").replace(b"\x00", b"")
    assert talk.send(ADA, text) == everybody(comes_out)
    assert talk.send(ADA, text + b"!") == {ADA: [b"REFUSED_TAG:a message has at most 1024 bytes"]}


def test_a_repeated_sign_up_is_answered_to_that_address_alone(talk: Talk) -> None:
    for same in (b"SIGNUP_TAG:ada", build_sign_up("ada"), "SIGNUP_TAG:ａｄａ".encode()):
        assert talk.send(ADA, same) == {ADA: [b"ada joined!"]}
    assert talk.chat.room.nicknames == ("ada", "bob")


def test_a_member_cannot_take_a_second_nickname(talk: Talk) -> None:
    assert talk.sign_up(ADA, "eve") == {ADA: [b"REFUSED_TAG:you are in already, as ada"]}


@pytest.mark.parametrize(
    ("nickname", "reason"),
    [
        ("ada", b"taken: that nickname, or one that looks like it"),
        ("ADA", b"taken: that nickname, or one that looks like it"),
        ("аdа", b"taken: that nickname, or one that looks like it"),
        ("Server", b"reserved: that nickname is the server's"),
        ("", b"no name: a nickname needs at least one letter or digit"),
        ("x" * 21, b"too long: a nickname has at most 20 characters"),
        ("eve\nbob: hi", b"letters, digits, _ and - only: no spaces in a nickname"),
        ("ada lovelace", b"letters, digits, _ and - only: no spaces in a nickname"),
    ],
)
def test_a_nickname_that_cannot_be_had_is_refused_with_the_whole_reason(
    talk: Talk, nickname: str, reason: bytes
) -> None:
    at_once = talk.sign_up(EVE, nickname)
    assert (at_once if EVE in at_once else talk.tick(PROBE_TIME)) == {EVE: [b"REFUSED_TAG:" + reason]}
    assert talk.chat.room.nicknames == ("ada", "bob")


def test_a_sign_up_for_a_taken_nickname_waits_for_a_moment_while_its_holder_is_probed(talk: Talk) -> None:
    assert talk.sign_up(EVE, "ADA") == {ADA: [b""]}
    assert talk.tick(PROBE_TIME - 0.01) == {}
    assert talk.tick(0.01) == {EVE: [b"REFUSED_TAG:taken: that nickname, or one that looks like it"]}
    assert talk.tick(1) == {}


def test_if_the_holders_port_is_closed_the_sign_up_that_waits_gets_in(talk: Talk) -> None:
    talk.sign_up(EVE, "ada")
    assert heard(talk.chat.leave(ADA, Reason.UNREACHABLE)) == {BOB: [b"ada left!"]}
    assert talk.tick() == {BOB: [b"ada joined!"], EVE: [b"ada joined!"]}
    assert talk.log[-2:] == ["ada left: its port is closed (1 here)", "ada joined from 10.0.0.3:8003 (2 here)"]
    assert talk.tick(1) == {}


@pytest.mark.parametrize("reason", [Reason.SIGNED_OUT, Reason.SILENT])
def test_however_the_holder_leaves_meanwhile_the_nickname_is_free(talk: Talk, reason: Reason) -> None:
    talk.sign_up(EVE, "ada")
    talk.chat.leave(ADA, reason)
    assert talk.tick()[EVE] == [b"ada joined!"]


def test_a_sign_up_that_waits_and_is_repeated_probes_nobody_again_and_waits_for_one_nickname(talk: Talk) -> None:
    assert talk.sign_up(EVE, "ada") == {ADA: [b""]}
    assert talk.sign_up(EVE, "ada") == {}
    assert talk.sign_up(EVE, "bob") == {EVE: [b"REFUSED_TAG:taken: that nickname, or one that looks like it"]}
    assert talk.tick(PROBE_TIME).keys() == {EVE}
    assert talk.sign_up(EVE, "bob") == {BOB: [b""]}


def test_eight_sign_ups_wait_for_a_nickname_and_the_first_gets_it(talk: Talk) -> None:
    taken = b"REFUSED_TAG:taken: that nickname, or one that looks like it"
    strangers: list[Address] = [(f"10.0.1.{number}", 1) for number in range(9)]
    answers = [talk.sign_up(stranger, "ada") for stranger in strangers]
    assert answers == [{ADA: [b""]}, *[{}] * 7, {strangers[8]: [taken]}]
    talk.chat.leave(ADA, Reason.UNREACHABLE)
    heard = talk.tick()
    assert heard[strangers[0]] == [b"ada joined!"]
    assert [heard[stranger] for stranger in strangers[1:8]] == [[taken]] * 7
    assert talk.tick(1) == {}


@pytest.mark.parametrize("others", [1, 8, 20])
def test_a_nickname_that_becomes_free_goes_back_to_its_holders_host(talk: Talk, others: int) -> None:
    again: Address = (ADA[0], 9000)
    for number in range(others):
        talk.sign_up((f"10.0.1.{number}", 1), "ada")
    assert talk.sign_up(again, "ada") == {}
    talk.chat.leave(ADA, Reason.UNREACHABLE)
    assert talk.tick()[again] == [b"ada joined!"]
    assert talk.chat.room.members == (BOB, again)


def test_of_one_host_too_eight_sign_ups_wait_at_most(talk: Talk) -> None:
    for number in range(8):
        assert EVE not in talk.sign_up((ADA[0], 9000 + number), "ada")
    refused: Address = (ADA[0], 9008)
    assert talk.sign_up(refused, "ada").keys() == {refused}


def test_however_many_strangers_want_a_nickname_its_holder_gets_ten_empty_datagrams_a_second(talk: Talk) -> None:
    got: list[bytes] = []
    for number in range(1000):
        talk.now += 0.001
        address = ("10.0.1.1", number)
        for answers in (talk.tick(), talk.sign_up(address, "ada")):
            got += answers.get(ADA, [])
            assert sum(map(len, answers.get(address, []))) <= 128
    assert set(got) == {b""}
    assert len(got) <= 10


def test_a_probe_renews_no_lease_and_a_room_with_somebody_who_waits_wants_to_be_ticked_soon(talk: Talk) -> None:
    assert talk.chat.tick_interval == 1
    talk.now += 120
    talk.send(BOB, b"")
    assert talk.sign_up(EVE, "ada") == {ADA: [b""]}
    assert talk.chat.tick_interval <= PROBE_TIME / 2
    talk.tick(0.01)
    assert talk.chat.room.nicknames == ("bob", "ada")
    assert talk.chat.room.members[1] == EVE
    assert talk.chat.tick_interval == 1


def test_who_comes_in_under_another_nickname_waits_no_more(talk: Talk) -> None:
    talk.sign_up(EVE, "ada")
    talk.sign_up(EVE, "eve")
    assert talk.tick(PROBE_TIME) == {}
    talk.send(EVE, b"SIGNOUT_TAG:")
    talk.send(ADA, b"SIGNOUT_TAG:")
    assert talk.tick(1) == {}


def test_a_room_that_closes_forgets_who_waits(talk: Talk) -> None:
    talk.sign_up(EVE, "ada")
    talk.chat.close()
    assert talk.tick(1) == {}


def test_a_nickname_of_any_bytes_leaves_the_room_as_it_was(talk: Talk) -> None:
    assert talk.send(EVE, (b"SIGNUP_TAG:\xff\xfe\x00").ljust(128)) == {
        EVE: [b"REFUSED_TAG:letters, digits, _ and - only"]
    }


def test_a_stranger_can_neither_speak_nor_sign_anybody_out(talk: Talk) -> None:
    for datagram in (b"hello, is anybody here?", b"ada: it is me, ada", b"SIGNOUT_TAG:", b"ada left!", b""):
        assert talk.send(EVE, datagram).keys() <= {EVE}
    assert talk.chat.room.nicknames == ("ada", "bob")


@pytest.mark.parametrize(
    ("datagram", "answer"),
    [
        (b"", None),
        (b"hi", None),
        (b"SIGNOUT_TAG", None),
        (b"SIGNOUT_TAG:", b"REFUSED_TAG:"),
        (b"hello, is anybody", b"REFUSED_TAG:sign "),
        (b"hello, is anybody here?!!", b"REFUSED_TAG:sign up first"),
        (b"SIGNUP_TAG:ada", b"REFUSED_TAG:ta"),
        (b"SIGNUP_TAG:ada   ", b"REFUSED_TAG:taken"),
        (b"SIGNUP_TAG:" + 5 * b"\xef\xb7\xb2", b"REFUSED_TAG:too short: put"),  # five letters become twenty
        (b"x" * 1025, b"REFUSED_TAG:a message has at most 1024 bytes"),
    ],
)
def test_a_stranger_gets_no_more_bytes_than_it_sent(talk: Talk, datagram: bytes, answer: bytes | None) -> None:
    at_once = talk.send(EVE, datagram)
    later = {} if EVE in at_once else talk.tick(PROBE_TIME)
    assert at_once.keys() <= {EVE, ADA}
    assert at_once.get(ADA, [b""]) == [b""], "a probe says nothing"
    assert at_once.get(EVE, []) + later.get(EVE, []) == ([answer] if answer else [])


def test_a_stranger_hears_nothing_of_the_room(talk: Talk) -> None:
    talk.send(EVE, b"hello?")
    for datagram in (b"hi", b"SIGNUP_TAG:ada", b"x" * 2000, b"SIGNOUT_TAG:"):
        assert EVE not in talk.send(ADA, datagram)


def test_membership_is_bounded() -> None:
    talk = Talk(Limits(max_members=2))
    talk.sign_up(ADA, "ada")
    talk.sign_up(BOB, "bob")
    assert talk.sign_up(EVE, "eve") == {EVE: [b"REFUSED_TAG:full: the room takes 2 members"]}
    talk.send(ADA, b"SIGNOUT_TAG:")
    assert EVE in talk.sign_up(EVE, "eve")


def test_membership_is_a_lease_of_120_s_without_a_sign_of_life(talk: Talk) -> None:
    assert talk.tick(119) == {}
    talk.send(BOB, b"")
    assert talk.tick(1) == {}
    assert talk.tick(1) == {ADA: [b"ada left!"], BOB: [b"ada left!"]}
    assert talk.log[-1] == "ada left: not heard of for too long (1 here)"
    assert ADA not in talk.send(BOB, b"hi")
    assert talk.sign_up(EVE, "ada")[EVE] == [b"ada joined!"]


@pytest.mark.parametrize("sign_of_life", [b"", b"hi", b"SIGNUP_TAG:ada", b"\xff", b"x" * 5000])
def test_any_datagram_renews_the_lease(talk: Talk, sign_of_life: bytes) -> None:
    for _ in range(3):
        talk.now += 100
        talk.send(BOB, b"")
        talk.send(ADA, sign_of_life)
        assert talk.tick() == {}
    assert talk.chat.room.nicknames == ("ada", "bob")


def test_leases_end_at_the_next_tick_of_a_second(talk: Talk) -> None:
    talk.tick(120)
    assert talk.tick(0.5) == {}
    assert talk.tick(0.5).keys() == {ADA, BOB}


def test_a_flood_is_refused_past_five_seconds_worth_and_the_refusals_are_at_most_one_a_second(talk: Talk) -> None:
    first = [talk.send(ADA, b"flood") for _ in range(1000)]
    assert first.count(everybody(b"ada: flood")) == 100
    assert [answer for answer in first[100:] if answer] == [{ADA: [SLOW_DOWN]}]
    later = []
    for _ in range(3 * 64):
        talk.now += 1 / 64
        later += [talk.send(ADA, b"flood") for _ in range(10)]
    assert later.count(everybody(b"ada: flood")) == 60
    assert later.count({ADA: [SLOW_DOWN]}) == 3
    assert talk.send(BOB, b"hi") == everybody(b"bob: hi")


def test_refusals_of_any_kind_are_at_most_one_a_second(talk: Talk) -> None:
    assert talk.send(ADA, b"x" * 1025).keys() == {ADA}
    assert talk.sign_up(ADA, "eve") == {}
    talk.now += 1
    assert talk.sign_up(ADA, "eve").keys() == {ADA}


def test_after_a_silence_a_member_may_say_five_seconds_worth_again(talk: Talk) -> None:
    for _ in range(200):
        talk.send(ADA, b"flood")
    talk.now += 5
    assert [talk.send(ADA, b"flood") for _ in range(101)].count(everybody(b"ada: flood")) == 100


def test_who_goes_and_comes_back_has_no_more_to_say_than_who_stays(talk: Talk) -> None:
    for _ in range(100):
        talk.send(ADA, b"flood")
    talk.send(ADA, b"SIGNOUT_TAG:")
    assert talk.sign_up(ADA, "ada") == {ADA: [SLOW_DOWN]}
    talk.now += 1
    assert talk.sign_up(ADA, "ada") == everybody(b"ada joined!")
    assert [talk.send(ADA, b"flood") for _ in range(100)].count(everybody(b"ada: flood")) == 19
    talk.now += 1
    assert [talk.send(ADA, b"flood") for _ in range(100)].count(everybody(b"ada: flood")) == 20


def test_to_go_and_come_back_all_the_time_is_a_flood_too(talk: Talk) -> None:
    heard_by_bob = 0
    for _ in range(10 * 64):
        talk.now += 1 / 64
        talk.tick()
        for datagram in (b"SIGNOUT_TAG:", build_sign_up("ada"), b"flood"):
            heard_by_bob += len(talk.send(ADA, datagram).get(BOB, []))
    tokens = 100 + 10 * 20
    assert heard_by_bob <= 2 * tokens  # who comes in for one goes out for none


def test_after_a_while_who_has_left_is_forgotten(talk: Talk) -> None:
    for _ in range(100):
        talk.send(ADA, b"flood")
    talk.send(ADA, b"SIGNOUT_TAG:")
    talk.tick(4)
    assert len(talk.chat._leases._departed) == 1
    talk.tick(1)
    assert not talk.chat._leases._departed


def test_those_who_have_left_are_bounded(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "MAX_DEPARTED", 10)
    for port in range(100):
        address = ("10.0.0.4", port)
        talk.sign_up(address, "eve")
        talk.send(address, b"hi")
        talk.send(address, b"SIGNOUT_TAG:")
    assert [address[1] for address in talk.chat._leases._departed] == list(range(90, 100))


def test_keep_alives_cost_nothing(talk: Talk) -> None:
    for _ in range(1000):
        assert talk.send(ADA, b"") == {}
    assert talk.send(ADA, b"hi") == everybody(b"ada: hi")


@pytest.mark.parametrize(
    ("rate", "at_once", "refusals"),
    [(0, 1000, []), (0.1, 1, [b"0.1 messages"]), (1, 5, [b"1 message"]), (20, 100, [b"20 messages"])],
)
def test_the_rate_limit_can_be_chosen_and_lets_everybody_say_something(
    rate: float, at_once: int, refusals: list[bytes]
) -> None:
    talk = Talk(Limits(rate_limit=rate))
    talk.sign_up(ADA, "ada")
    heard = [line for _ in range(1000) for line in talk.send(ADA, b"hi").get(ADA, [])]
    said = [b"ada: hi"] * at_once
    assert heard == said + [b"REFUSED_TAG:slow down: " + refusal + b" a second" for refusal in refusals]


def test_a_member_whose_port_is_closed_leaves_and_is_not_written_to(talk: Talk) -> None:
    assert heard(talk.chat.leave(ADA, Reason.UNREACHABLE)) == {BOB: [b"ada left!"]}
    assert talk.log[-1] == "ada left: its port is closed (1 here)"
    assert talk.chat.leave(ADA, Reason.UNREACHABLE) == []


def test_closing_tells_each_member_its_own_leaving_alone(talk: Talk) -> None:
    assert heard(talk.chat.close()) == {ADA: [b"ada left!"], BOB: [b"bob left!"]}
    assert talk.chat.room.nicknames == ()
    assert talk.log[-2:] == ["ada left: the room is closing (1 here)", "bob left: the room is closing (0 here)"]
    assert talk.chat.close() == []


def test_a_room_that_opens_again_has_forgotten_who_said_too_much(talk: Talk) -> None:
    for _ in range(100):
        talk.send(ADA, b"flood")
    talk.chat.close()
    assert talk.sign_up(ADA, "ada") == {ADA: [b"ada joined!"]}
