"""With --prove-address nobody is let in who has not echoed a token."""

from __future__ import annotations

import pytest

from chatlab.udp.address_cookie import LIFETIME, AddressCookie
from chatlab.udp.protocol import Challenge, build_sign_up, parse_answer

from .talk import ADA, EVE, Talk


@pytest.fixture
def talk() -> Talk:
    return Talk(proof=AddressCookie(b"0123456789abcdef"))


def token(talk: Talk) -> str:
    """The token that ada is sent."""
    [challenge] = talk.sign_up(ADA, "ada")[ADA]
    answer = parse_answer(challenge)
    assert isinstance(answer, Challenge)
    return answer.token


def test_a_sign_up_is_answered_with_a_token_and_lets_nobody_in(talk: Talk) -> None:
    assert talk.sign_up(ADA, "ada").keys() == {ADA}
    assert len(talk.chat.room) == 0
    assert talk.log == []


def test_who_echoes_the_token_is_in(talk: Talk) -> None:
    assert talk.sign_up(ADA, "ada", token(talk)) == {ADA: [b"ada joined!"]}


def test_a_forged_address_is_not_let_in(talk: Talk) -> None:
    assert talk.sign_up(EVE, "ada", token(talk))[EVE][0].startswith(b"PROVE_TAG:")
    assert talk.sign_up(EVE, "ada", "0" * 16)[EVE][0].startswith(b"PROVE_TAG:")
    assert len(talk.chat.room) == 0


def test_an_expired_token_is_answered_with_a_fresh_one(talk: Talk) -> None:
    old = token(talk)
    talk.now += 2 * LIFETIME
    [challenge] = talk.sign_up(ADA, "ada", old)[ADA]
    assert challenge != f"PROVE_TAG:{old}".encode()
    assert talk.sign_up(ADA, "ada", token(talk)) == {ADA: [b"ada joined!"]}


def test_a_token_is_not_sent_to_who_sent_fewer_bytes(talk: Talk) -> None:
    assert len(b"PROVE_TAG:" + token(talk).encode()) == 26
    assert talk.send(ADA, b"SIGNUP_TAG:ada".ljust(25)) == {}
    assert talk.send(ADA, b"SIGNUP_TAG:ada".ljust(26)).keys() == {ADA}


def test_a_member_that_repeats_its_sign_up_needs_no_token(talk: Talk) -> None:
    talk.sign_up(ADA, "ada", token(talk))
    assert talk.send(ADA, build_sign_up("ada")) == {ADA: [b"ada joined!"]}
