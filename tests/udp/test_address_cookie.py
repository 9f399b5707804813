"""Tokens that prove an address."""

from __future__ import annotations

import re

import pytest

from chatlab.room.addresses import Address
from chatlab.udp.address_cookie import LIFETIME, AddressCookie

ADA: Address = ("127.0.0.1", 8001)


@pytest.fixture
def proof() -> AddressCookie:
    return AddressCookie(b"0123456789abcdef")


def test_a_token_is_16_hexadecimal_digits(proof: AddressCookie) -> None:
    assert re.fullmatch("[0-9a-f]{16}", proof.token(ADA, now=0))


@pytest.mark.parametrize("age", [0, 1, LIFETIME])
@pytest.mark.parametrize("made_at", [0.0, 12.3, 29.9, 1e9])
def test_a_token_holds_for_its_lifetime(proof: AddressCookie, made_at: float, age: float) -> None:
    assert proof.holds(proof.token(ADA, made_at), ADA, made_at + age)


@pytest.mark.parametrize("made_at", [0.0, 29.9, 1e9])
def test_a_token_expires(proof: AddressCookie, made_at: float) -> None:
    assert not proof.holds(proof.token(ADA, made_at), ADA, made_at + 2 * LIFETIME)


@pytest.mark.parametrize("other", [("127.0.0.1", 8002), ("127.0.0.2", 8001)])
def test_a_token_is_good_for_its_own_address_alone(proof: AddressCookie, other: Address) -> None:
    assert not proof.holds(proof.token(ADA, now=0), other, now=0)


def test_another_secret_makes_other_tokens(proof: AddressCookie) -> None:
    assert not proof.holds(AddressCookie(b"fedcba9876543210").token(ADA, now=0), ADA, now=0)


@pytest.mark.parametrize("token", ["", "0" * 16, "é", "0" * 1000])
def test_any_other_text_is_no_token(proof: AddressCookie, token: str) -> None:
    assert not proof.holds(token, ADA, now=0)
