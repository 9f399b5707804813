"""Strangers' text, made safe to show."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatlab.room.text import clean, decode, encode

BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
# Characters that act on a screen are rare among all: half of these are chosen from them.
ANY_TEXT = st.text(st.characters() | st.sampled_from([chr(n) for n in (*range(32), *range(0x7F, 0xA0))]))


def acts_on_a_screen(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Zl", "Zp") or unicodedata.bidirectional(character) in BIDI


def test_of_all_of_unicode_the_characters_that_act_on_a_screen_are_removed_and_no_others() -> None:
    for number in range(0x110000):
        character = chr(number)
        assert clean(f"a{character}b") == ("ab" if acts_on_a_screen(character) else f"a{character}b"), ascii(character)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("hello", "hello"),
        ("  two  spaces ", "  two  spaces "),
        ("hi\nalice: I quit", "hialice: I quit"),
        ("\x1b[2J\x1b[31mred", "[2J[31mred"),
        ("\x9b2J", "2J"),
        ("\u202egnp.exe", "gnp.exe"),
        ("👩‍🚀 שלום", "👩‍🚀 שלום"),
    ],
    ids=ascii,
)
def test_what_is_visible_stays(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@pytest.mark.parametrize(
    "text",
    ["", " ", "\n", " \t\x00\u2028 ", "\u00a0", "\u200b", "\ufeff \u2800", "\u3164\u200d", "\ufe0f", "\u00ad"],
    ids=ascii,
)
def test_text_that_shows_nothing_is_empty(text: str) -> None:
    assert clean(text) == ""


def test_of_all_of_unicode_a_letter_a_digit_a_sign_and_a_symbol_show_something() -> None:
    fillers = "\u115f\u1160\u3164\uffa0\u2800"  # letters and a symbol that are drawn as nothing
    for number in range(0x110000):
        character = chr(number)
        if unicodedata.category(character)[0] in "LNPS" and character not in fillers:
            assert clean(character) == character, ascii(character)


def test_format_characters_show_nothing_but_for_those_that_are_drawn() -> None:
    drawn = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}  # Prepended_Concatenation_Mark
    joined = {*range(0xFFF9, 0xFFFC), *range(0x13430, 0x13440)}  # interlinear annotation, hieroglyphs
    for number in range(0x110000):
        if unicodedata.category(chr(number)) == "Cf" and number not in drawn | joined:
            assert clean(chr(number)) == "", ascii(chr(number))


def test_bytes_that_are_not_utf8_become_replacement_characters() -> None:
    assert decode(b"caf\xe9!") == "caf\ufffd!"
    assert decode("é".encode()[:1]) == "\ufffd"


@given(ANY_TEXT)
def test_clean_is_idempotent_and_one_line(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert not any(map(acts_on_a_screen, cleaned))
    assert len(cleaned.splitlines()) == bool(cleaned)


@given(st.binary())
def test_any_bytes_decode_to_clean_text(data: bytes) -> None:
    text = decode(data)
    assert clean(text) == text
    assert decode(encode(text)) == text


@given(st.text())
def test_text_survives_the_wire(text: str) -> None:
    assert encode(text).decode() == text


def test_a_lone_surrogate_does_not_break_encoding() -> None:
    assert encode("a\udcffb") == b"a?b"
