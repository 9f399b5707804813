"""The reliable room's side, datagram by datagram."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatlab.room.addresses import Address
from chatlab.udp.address_cookie import AddressCookie
from chatlab.udp.limits import Limits, Reason
from chatlab.udp.protocol import SIGN_OUT, build_sign_up
from chatlab.udp.reliable import session_table
from chatlab.udp.reliable.chat import ReliableChat
from chatlab.udp.reliable.frames import Acknowledgement, Numbered, build_frame
from chatlab.udp.reliable.stop_and_wait import OUTBOX_BYTES, Timing
from chatlab.udp.waiting import PROBE_TIME

from ..talk import ADA, BOB, EVE, Heard, heard

TIMING = Timing(first=1.0, longest=1.0, tries=3)
OF_ADA, OF_BOB, OF_EVE = "aaaaaaaa", "bbbbbbbb", "eeeeeeee"


class Talk:
    """A reliable room, and its time: `now`, in seconds, is the test's to move on."""

    def __init__(self, limits: Limits | None = None, proof: AddressCookie | None = None) -> None:
        self.now = 1000.0
        self.log: list[str] = []
        self.chat = ReliableChat(
            limits or Limits(), log=self.log.append, proof=proof, timing=TIMING, rng=random.Random(1)
        )

    def send(self, address: Address, datagram: bytes) -> Heard:
        return heard(self.chat.receive(datagram, address, self.now))

    def message(self, address: Address, session: str, number: int, payload: bytes) -> Heard:
        return self.send(address, build_frame(Numbered(session, number, payload)))

    def acknowledge(self, address: Address, session: str, number: int) -> Heard:
        return self.send(address, build_frame(Acknowledgement(session, number)))

    def sign_up(self, address: Address, session: str, nickname: str, token: str = "") -> Heard:
        return self.message(address, session, 0, build_sign_up(nickname, token))

    def tick(self, seconds: float) -> Heard:
        self.now += seconds
        return heard(self.chat.tick(self.now))


@pytest.fixture
def talk() -> Talk:
    """With ada and bob, who have acknowledged all."""
    talk = Talk()
    talk.sign_up(ADA, OF_ADA, "ada")
    talk.acknowledge(ADA, OF_ADA, 0)
    talk.sign_up(BOB, OF_BOB, "bob")
    talk.acknowledge(ADA, OF_ADA, 1)
    talk.acknowledge(BOB, OF_BOB, 0)
    return talk


def test_a_sign_up_is_acknowledged_and_everybody_hears_of_it_in_its_own_numbers() -> None:
    talk = Talk()
    assert talk.sign_up(ADA, OF_ADA, "ada") == {ADA: [b"ACK_TAG:aaaaaaaa 0", b"MSG_TAG:aaaaaaaa 0 ada joined!"]}
    talk.acknowledge(ADA, OF_ADA, 0)
    assert talk.sign_up(BOB, OF_BOB, "bob") == {
        BOB: [b"ACK_TAG:bbbbbbbb 0", b"MSG_TAG:bbbbbbbb 0 bob joined!"],
        ADA: [b"MSG_TAG:aaaaaaaa 1 bob joined!"],
    }
    assert talk.chat.room.nicknames == ("ada", "bob")


def test_a_repeated_sign_up_is_acknowledged_again_and_no_more(talk: Talk) -> None:
    assert talk.sign_up(ADA, OF_ADA, "ada") == {ADA: [b"ACK_TAG:aaaaaaaa 0"]}


def test_a_message_is_heard_once_and_its_repeat_acknowledged(talk: Talk) -> None:
    assert talk.message(ADA, OF_ADA, 1, b"hi") == {
        ADA: [b"ACK_TAG:aaaaaaaa 1", b"MSG_TAG:aaaaaaaa 2 ada: hi"],
        BOB: [b"MSG_TAG:bbbbbbbb 1 ada: hi"],
    }
    assert talk.message(ADA, OF_ADA, 1, b"hi") == {ADA: [b"ACK_TAG:aaaaaaaa 1"]}


def test_nobody_waits_for_who_does_not_acknowledge(talk: Talk) -> None:
    for number in range(1, 4):
        talk.message(ADA, OF_ADA, number, b"%d" % number)
    assert talk.acknowledge(BOB, OF_BOB, 1) == {BOB: [b"MSG_TAG:bbbbbbbb 2 ada: 2"]}
    assert talk.acknowledge(BOB, OF_BOB, 2) == {BOB: [b"MSG_TAG:bbbbbbbb 3 ada: 3"]}
    assert talk.acknowledge(BOB, OF_BOB, 3) == {}
    assert talk.acknowledge(ADA, OF_ADA, 2) == {ADA: [b"MSG_TAG:aaaaaaaa 3 ada: 2"]}


def test_what_is_not_acknowledged_is_sent_again_and_then_its_member_leaves(talk: Talk) -> None:
    talk.message(ADA, OF_ADA, 1, b"hi")
    talk.acknowledge(ADA, OF_ADA, 2)
    assert talk.tick(0.9) == {}
    assert talk.tick(0.6) == {BOB: [b"MSG_TAG:bbbbbbbb 1 ada: hi"]}
    assert talk.tick(1.5) == {BOB: [b"MSG_TAG:bbbbbbbb 1 ada: hi"]}
    assert talk.tick(1.5) == {
        BOB: [b"RST_TAG:bbbbbbbb REFUSED_TAG:acknowledges nothing any more"],
        ADA: [b"MSG_TAG:aaaaaaaa 3 bob left!"],
    }
    assert talk.chat.room.nicknames == ("ada",)
    assert talk.log[-1] == "bob left: acknowledges nothing any more (1 here)"


def test_who_acknowledges_too_slowly_leaves_and_the_others_hear_all() -> None:
    talk = Talk(Limits(rate_limit=0))
    for number, (address, name, nickname) in enumerate(
        [(ADA, OF_ADA, "ada"), (BOB, OF_BOB, "bob"), (EVE, OF_EVE, "eve")]
    ):
        talk.sign_up(address, name, nickname)
        for place in range(number + 1):
            talk.acknowledge((ADA, BOB, EVE)[place], (OF_ADA, OF_BOB, OF_EVE)[place], number - place)
    heard_by_ada: list[bytes] = []
    told: list[bytes] = []
    number = 0
    while not told:
        number += 1
        assert number < 100, "bob never leaves"
        answers = talk.message(ADA, OF_ADA, number, b"x" * 1000)
        told = [datagram for datagram in answers.get(BOB, []) if datagram.startswith(b"RST_TAG")]
        for address, name in ((ADA, OF_ADA), (EVE, OF_EVE)):
            waiting = answers[address]
            while waiting:
                datagram = waiting.pop(0)
                if datagram.startswith(b"MSG_TAG"):
                    heard_by_ada += [datagram] if address == ADA else []
                    waiting += talk.acknowledge(address, name, int(datagram.split()[1])).get(address, [])
    assert told == [b"RST_TAG:bbbbbbbb REFUSED_TAG:acknowledges too slowly"]
    assert OUTBOX_BYTES / 1010 - 1 < number < OUTBOX_BYTES / 1000 + 1
    assert len(heard_by_ada) == number + 1
    assert heard_by_ada[-1].endswith(b" bob left!")
    assert talk.chat.room.nicknames == ("ada", "eve")


def test_a_sign_out_is_acknowledged_and_acknowledged_again(talk: Talk) -> None:
    goodbye = SIGN_OUT.encode()
    assert talk.message(BOB, OF_BOB, 1, goodbye) == {
        BOB: [b"ACK_TAG:bbbbbbbb 1"],
        ADA: [b"MSG_TAG:aaaaaaaa 2 bob left!"],
    }
    assert talk.message(BOB, OF_BOB, 1, goodbye) == {BOB: [b"ACK_TAG:bbbbbbbb 1"]}
    assert talk.tick(10) == {ADA: [b"MSG_TAG:aaaaaaaa 2 bob left!"]}


def test_a_late_repeat_of_a_sign_up_opens_nothing_again(talk: Talk) -> None:
    talk.message(BOB, OF_BOB, 1, SIGN_OUT.encode())
    assert talk.sign_up(BOB, OF_BOB, "bob") == {BOB: [b"RST_TAG:bbbbbbbb REFUSED_TAG:sign up first"]}
    assert talk.chat.room.nicknames == ("ada",)
    talk.now += 59
    assert talk.sign_up(BOB, OF_BOB, "bob")[BOB][0].startswith(b"RST_TAG:")
    talk.now += 1
    assert talk.sign_up(BOB, OF_BOB, "bob")[BOB][0] == b"ACK_TAG:bbbbbbbb 0"


def test_the_memory_of_ended_sessions_is_bounded(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_table, "MAX_REMEMBERED", 2)
    for name in ("00000001", "00000002", "00000003"):
        talk.sign_up(EVE, name, "eve")
        talk.message(EVE, name, 1, SIGN_OUT.encode())
    assert talk.sign_up(EVE, "00000002", "eve")[EVE][0].startswith(b"RST_TAG")
    assert talk.sign_up(EVE, "00000001", "eve")[EVE][0].startswith(b"ACK_TAG")


def test_who_starts_again_on_the_same_port_leaves_and_comes_back(talk: Talk) -> None:
    again = talk.sign_up(BOB, "cccccccc", "bob")
    assert again[BOB] == [b"ACK_TAG:cccccccc 0", b"MSG_TAG:cccccccc 0 bob joined!"]
    assert again[ADA] == [b"MSG_TAG:aaaaaaaa 2 bob left!"]
    assert talk.acknowledge(ADA, OF_ADA, 2) == {ADA: [b"MSG_TAG:aaaaaaaa 3 bob joined!"]}
    # The old stay's datagrams are late.
    assert talk.sign_up(BOB, OF_BOB, "bob") == {BOB: [b"RST_TAG:bbbbbbbb REFUSED_TAG:sign up first"]}
    assert talk.message(BOB, OF_BOB, 1, b"hi") == {BOB: [b"RST_TAG:bbbbbbbb "]}
    assert talk.acknowledge(BOB, OF_BOB, 0) == {}
    assert talk.chat.room.nicknames == ("ada", "bob")


@pytest.mark.parametrize(
    ("sign_up", "reason"),
    [
        (build_sign_up("no nickname"), b"letters, digits"),
        (build_sign_up("ada"), b"taken"),
        (build_sign_up("eve").ljust(1025), b"a message has at most 1024 bytes"),
        (b"SIGNUP_TAG:eve", b"too "),
    ],
)
def test_a_sign_up_that_is_refused_ends_no_member(talk: Talk, sign_up: bytes, reason: bytes) -> None:
    """Anybody can send it from a member's address."""
    at_once = talk.message(BOB, "cccccccc", 0, sign_up)
    refused = at_once if BOB in at_once else talk.tick(PROBE_TIME)
    assert refused[BOB][0].startswith(b"RST_TAG:cccccccc REFUSED_TAG:" + reason)
    assert talk.chat.room.nicknames == ("ada", "bob")
    assert talk.message(BOB, OF_BOB, 1, b"hi")[BOB][0] == b"ACK_TAG:bbbbbbbb 1"


def test_who_starts_again_under_a_taken_nickname_stays_until_that_is_free(talk: Talk) -> None:
    assert talk.sign_up(BOB, "cccccccc", "ada") == {ADA: [b""]}
    assert talk.message(BOB, OF_BOB, 1, b"hi")[BOB][0] == b"ACK_TAG:bbbbbbbb 1"
    talk.chat.leave(ADA, Reason.UNREACHABLE)
    assert talk.chat.room.nicknames == ("bob",)
    assert talk.tick(0)[BOB] == [b"ACK_TAG:cccccccc 0", b"MSG_TAG:cccccccc 0 ada joined!"]
    assert talk.chat.room.nicknames == ("ada",)


def test_who_starts_again_needs_no_second_place_in_a_full_room() -> None:
    talk = Talk(Limits(max_members=1))
    talk.sign_up(ADA, OF_ADA, "ada")
    assert talk.sign_up(ADA, "cccccccc", "eve")[ADA][0] == b"ACK_TAG:cccccccc 0"
    assert talk.chat.room.nicknames == ("eve",)


def test_if_the_holders_port_is_closed_the_sign_up_that_waits_gets_in(talk: Talk) -> None:
    assert talk.sign_up(EVE, OF_EVE, "ada") == {ADA: [b""]}
    assert heard(talk.chat.leave(ADA, Reason.UNREACHABLE)) == {BOB: [b"MSG_TAG:bbbbbbbb 1 ada left!"]}
    assert talk.tick(0) == {EVE: [b"ACK_TAG:eeeeeeee 0", b"MSG_TAG:eeeeeeee 0 ada joined!"]}
    assert talk.acknowledge(BOB, OF_BOB, 1) == {BOB: [b"MSG_TAG:bbbbbbbb 2 ada joined!"]}


def test_a_sign_up_that_waits_and_is_repeated_is_answered_once(talk: Talk) -> None:
    talk.sign_up(EVE, OF_EVE, "ada")
    assert talk.sign_up(EVE, OF_EVE, "ada") == {}
    assert talk.tick(PROBE_TIME).keys() == {EVE}
    assert talk.tick(PROBE_TIME) == {}


def test_a_repeat_of_a_sign_up_that_was_refused_waits_no_more_and_never_gets_in(talk: Talk) -> None:
    """Its sender has read the refusal, and may be gone; only Linux would tell."""
    talk.sign_up(EVE, OF_EVE, "ada")
    refused = talk.tick(PROBE_TIME)
    assert talk.sign_up(EVE, OF_EVE, "ada") == refused
    talk.chat.leave(ADA, Reason.SIGNED_OUT)
    assert EVE not in talk.tick(PROBE_TIME)
    assert talk.chat.room.nicknames == ("bob",)


def test_a_nickname_that_is_taken_is_refused_in_a_reset(talk: Talk) -> None:
    assert talk.sign_up(EVE, OF_EVE, "ada") == {ADA: [b""]}
    assert talk.tick(PROBE_TIME) == {
        EVE: [b"RST_TAG:eeeeeeee REFUSED_TAG:taken: that nickname, or one that looks like it"]
    }
    assert talk.sign_up(EVE, OF_EVE, "eve")[EVE][0] == b"ACK_TAG:eeeeeeee 0"


def test_what_comes_too_fast_is_not_acknowledged_so_it_comes_again() -> None:
    talk = Talk(Limits(rate_limit=1))
    talk.sign_up(ADA, OF_ADA, "ada")
    for number in range(1, 6):
        assert talk.message(ADA, OF_ADA, number, b"hi")[ADA][0] == b"ACK_TAG:aaaaaaaa %d" % number
    assert talk.message(ADA, OF_ADA, 6, b"hi") == {}
    talk.now += 0.9
    assert talk.message(ADA, OF_ADA, 6, b"hi") == {}
    talk.now += 0.2
    assert talk.message(ADA, OF_ADA, 6, b"hi") == {ADA: [b"ACK_TAG:aaaaaaaa 6"]}  # her notices wait for each other
    assert talk.message(ADA, OF_ADA, 7, b"hi") == {}


@pytest.mark.parametrize("payload", [b"", SIGN_OUT.encode()], ids=["keep-alive", "sign-out"])
def test_a_sign_of_life_and_a_goodbye_come_never_too_fast(payload: bytes) -> None:
    talk = Talk(Limits(rate_limit=1))
    talk.sign_up(ADA, OF_ADA, "ada")
    for number in range(1, 6):
        talk.message(ADA, OF_ADA, number, b"hi")
    assert talk.message(ADA, OF_ADA, 6, payload) == {ADA: [b"ACK_TAG:aaaaaaaa 6"]}


def test_who_starts_again_too_fast_is_not_answered_and_stays_as_it_was() -> None:
    talk = Talk(Limits(rate_limit=1))
    talk.sign_up(ADA, OF_ADA, "ada")
    for number in range(1, 6):
        talk.message(ADA, OF_ADA, number, b"hi")
    assert talk.sign_up(ADA, "cccccccc", "ada") == {}
    assert talk.chat.room.nicknames == ("ada",)
    talk.now += 1
    assert talk.sign_up(ADA, "cccccccc", "ada")[ADA][0] == b"ACK_TAG:cccccccc 0"
    assert talk.message(ADA, "cccccccc", 1, b"hi") == {}


def test_a_message_that_is_too_long_has_arrived_all_the_same_since_it_would_not_get_shorter(talk: Talk) -> None:
    assert talk.message(ADA, OF_ADA, 1, b"x" * 1025) == {
        ADA: [b"ACK_TAG:aaaaaaaa 1", b"MSG_TAG:aaaaaaaa 2 REFUSED_TAG:a message has at most 1024 bytes"]
    }


def test_a_message_out_of_turn_is_ignored(talk: Talk) -> None:
    assert talk.message(ADA, OF_ADA, 2, b"hi") == {}


def test_a_plain_client_is_refused_clearly() -> None:
    answer = Talk().send(ADA, build_sign_up("ada"))
    assert answer == {ADA: [b"REFUSED_TAG:reliable room: join it with --reliable"]}


@pytest.mark.parametrize("datagram", [b"RST_TAG:bbbbbbbb REFUSED_TAG:", b"hi there, you", b"\xff" * 40])
def test_what_is_no_frame_is_refused_a_member_too_and_changes_nothing(talk: Talk, datagram: bytes) -> None:
    (answer,) = talk.send(BOB, datagram)[BOB]
    assert answer == b"REFUSED_TAG:reliable room: join it with --reliable"[: len(datagram)]
    assert talk.chat.room.nicknames == ("ada", "bob")


SIGN_UPS = st.builds(
    lambda nickname, size: b"SIGNUP_TAG:%b".ljust(size) % nickname,
    st.sampled_from([b"", b"ada", b"eve", b"e" * 20]),
    st.integers(0, 70),
)


@pytest.mark.parametrize("proof", [None, AddressCookie(b"secret" * 6)], ids=["", "proof"])
@given(
    st.binary(max_size=60)
    | st.builds(
        lambda name, number, payload: build_frame(Numbered(name, number, payload)),
        st.sampled_from([OF_ADA, OF_EVE]),
        st.sampled_from([0, 1, 10**11]),
        st.binary(max_size=20) | st.sampled_from([b"SIGNOUT_TAG:", b""]) | SIGN_UPS,
    )
    | st.builds(lambda sign_up: build_frame(Numbered(OF_EVE, 0, sign_up)), SIGN_UPS)
    | st.builds(lambda number: build_frame(Acknowledgement(OF_ADA, number)), st.integers(0, 3))
)
def test_a_stranger_gets_no_more_bytes_at_once_than_it_sent(proof: AddressCookie | None, datagram: bytes) -> None:
    talk = Talk(proof=proof)
    talk.sign_up(ADA, OF_ADA, "ada", proof.token(ADA, talk.now) if proof else "")
    answers = talk.send(EVE, datagram)
    assert sum(map(len, answers.get(EVE, []))) <= len(datagram)
    let_in = talk.chat.room.nicknames != ("ada",)
    assert let_in or answers.keys() <= {EVE} or answers == {ADA: [b""]}
    assert not (let_in and proof)


def test_a_sign_up_has_to_be_as_long_as_what_it_gets_back() -> None:
    sign_up, answers = b"SIGNUP_TAG:eve", [b"ACK_TAG:eeeeeeee 0", b"MSG_TAG:eeeeeeee 0 eve joined!"]
    talk = Talk()
    short = sign_up.ljust(sum(map(len, answers)) - len("MSG_TAG:eeeeeeee 0 ") - 1)
    assert talk.message(EVE, OF_EVE, 0, short) == {EVE: [b"RST_TAG:eeeeeeee REFUSED_TAG:too short: put spa"]}
    assert talk.message(EVE, OF_EVE, 0, short + b" ") == {EVE: answers}


def test_a_challenge_too_has_no_more_bytes_than_a_short_sign_up() -> None:
    talk = Talk(proof=AddressCookie(b"secret" * 6))
    assert talk.message(EVE, OF_EVE, 0, b"SIGNUP_TAG:eve") == {EVE: [b"RST_TAG:eeeeeeee "]}


def test_an_address_has_to_be_proved_first() -> None:
    talk = Talk(proof=AddressCookie(b"secret" * 6))
    (challenge,) = talk.sign_up(ADA, OF_ADA, "ada")[ADA]
    tag, _, token = challenge.decode().rpartition(":")
    assert tag == "RST_TAG:aaaaaaaa PROVE_TAG"
    assert not talk.chat.room.nicknames
    assert talk.sign_up(ADA, "aaaaaaab", "ada", token)[ADA][0] == b"ACK_TAG:aaaaaaab 0"
    # A forged sign-up does not put her out.
    assert talk.sign_up(ADA, OF_EVE, "eve")[ADA][0].startswith(b"RST_TAG:eeeeeeee PROVE_TAG:")
    assert talk.chat.room.nicknames == ("ada",)


def test_a_lease_ends(talk: Talk) -> None:
    talk.now += 60
    talk.message(ADA, OF_ADA, 1, b"")
    assert talk.tick(60.1) == {
        BOB: [b"RST_TAG:bbbbbbbb REFUSED_TAG:not heard of for too long"],
        ADA: [b"MSG_TAG:aaaaaaaa 2 bob left!"],
    }


def test_a_closed_port_and_the_end(talk: Talk) -> None:
    assert heard(talk.chat.leave(BOB, Reason.UNREACHABLE)) == {ADA: [b"MSG_TAG:aaaaaaaa 2 bob left!"]}
    assert talk.chat.leave(BOB, Reason.UNREACHABLE) == []
    assert heard(talk.chat.close()) == {ADA: [b"RST_TAG:aaaaaaaa REFUSED_TAG:the room is closing"]}
    assert not talk.chat.room.nicknames
    assert talk.tick(100) == {}
