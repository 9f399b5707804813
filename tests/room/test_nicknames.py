"""What a nickname may be, and when two look the same."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chatlab.room.errors import Refusal
from chatlab.room.nicknames import MAX_LENGTH, RESERVED, lookalike_keys, normalise

# Any text, and more often than chance would have it, text that might be a nickname.
WANTED = st.text() | st.text(st.characters(categories=["L", "N", "M"], include_characters="_-"), max_size=25)


def accepted(wanted: str) -> str:
    """The nickname for `wanted`; a test that gets none is not about this example."""
    try:
        return normalise(wanted)
    except Refusal:
        assume(False)
        raise


def look_the_same(one: str, other: str) -> bool:
    return not lookalike_keys(one).isdisjoint(lookalike_keys(other))


@pytest.mark.parametrize(
    "nickname",
    ["a", "7", "ada_lovelace-1815", "Zoë", "Ωμέγα", "Анна", "محمد", "नमस्ते", "日本語", "한국", "a" * 20, "_", "-"],
)
def test_letters_and_digits_of_any_script_are_accepted_as_they_are(nickname: str) -> None:
    assert normalise(nickname) == nickname


@pytest.mark.parametrize(
    ("wanted", "nickname"),
    [("ａｄａ", "ada"), ("ﬁn", "fin"), ("e\u0301va", "éva"), ("①", "1"), ("Ⅷ", "VIII")],
    ids=["width", "ligature", "accent of its own", "circled digit", "Roman numeral"],
)
def test_nicknames_are_normalised_by_nfkc(wanted: str, nickname: str) -> None:
    assert normalise(wanted) == nickname


def test_a_nickname_has_1_to_20_characters() -> None:
    with pytest.raises(Refusal, match="at least one"):
        normalise("")
    assert normalise("é" * 20) == "é" * 20
    with pytest.raises(Refusal, match="at most 20 characters"):
        normalise("a" * 21)
    with pytest.raises(Refusal, match="at most 20 characters"):
        normalise("㍿" * 6)  # one character each, four after NFKC


@pytest.mark.parametrize(
    "wanted",
    [
        "ada lovelace",
        " ada",
        "ada\n",
        "eve\nalice: hi",
        "ada:",
        "a\x00b",
        "\x1b[2J",
        "a\u202eb",
        "a\u200bb",
        "a\u2060b",
        "a\ufeffb",
        "ada!",
        "(ada)",
        "<b>",
        "🐍",
        "\ufffd",
        "½",
        "a\u00a0b",
        chr(0xD800),
        "a\u115f",
        "\u3164",
        "a\ufe0f",
        "a\u20dd",
    ],
    ids=ascii,
)
def test_anything_else_is_refused(wanted: str) -> None:
    says = "letters, digits, _ and - only" + (": no spaces in a nickname" if re.search(r"\s", wanted) else "")
    with pytest.raises(Refusal, match=f"^{says}$"):
        normalise(wanted)


def test_a_letter_carries_at_most_two_marks_and_a_mark_needs_a_letter() -> None:
    assert normalise("q\u0307\u0323q") == unicodedata.normalize("NFKC", "q\u0307\u0323q")
    for wanted in ("q\u0307\u0323\u0308", "\u0307a"):
        with pytest.raises(Refusal):
            normalise(wanted)


@pytest.mark.parametrize("word", ["NICK", "ERROR", "SERVER", "SIGNUP_TAG", "SIGNOUT_TAG", "REFUSED_TAG", "PROVE_TAG"])
def test_the_servers_own_words_are_reserved_in_any_case_and_disguise(word: str) -> None:
    for wanted in (word, word.lower(), word.title(), word.replace("I", "l"), word.replace("R", "Ꭱ").replace("N", "Ν")):
        with pytest.raises(Refusal, match=r"^reserved: that nickname is the server's$"):
            normalise(wanted)


def test_reserved_words_may_be_part_of_a_nickname() -> None:
    assert normalise("NICKY") == "NICKY"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ada", "ADA"),
        ("ada", "ａｄａ"),
        ("ada", "аdа"),
        ("ADA", "АDА"),
        ("ada", "АDA"),
        ("ɑda", "ada"),
        ("PayPaI", "paypal"),
        ("Il", "lI"),
        ("I", "l"),
        ("1", "l"),
        ("I", "1"),
        ("0", "O"),
        ("o", "0"),
        ("ο", "o"),
        ("rn", "m"),
        ("straße", "STRASSE"),
        ("éva", "ÉVA"),
        ("Ꭱ", "R"),
    ],
)
def test_these_look_the_same(one: str, other: str) -> None:
    one, other = (unicodedata.normalize("NFKC", name) for name in (one, other))
    assert look_the_same(one, other)
    assert look_the_same(other, one)


@pytest.mark.parametrize(
    ("one", "other"), [("ada", "adam"), ("ada", "eda"), ("i", "l"), ("a1", "a2"), ("ada", "ada_"), ("e", "é")]
)
def test_these_do_not(one: str, other: str) -> None:
    assert not look_the_same(one, other)


@given(WANTED)
def test_normalise_is_idempotent(wanted: str) -> None:
    nickname = accepted(wanted)
    assert normalise(nickname) == nickname


@given(WANTED)
def test_what_is_accepted_holds_allowed_characters_only(wanted: str) -> None:
    nickname = accepted(wanted)
    assert 1 <= len(nickname) <= MAX_LENGTH
    for character in nickname:
        assert character in "_-" or unicodedata.category(character) in {
            *("Lu", "Ll", "Lt", "Lm", "Lo"),
            *("Nd", "Nl", "No"),
            *("Mn", "Mc"),
        }
    assert unicodedata.category(nickname[0])[0] != "M"
    assert nickname.casefold() not in {word.casefold() for word in RESERVED}


@given(WANTED)
def test_a_nickname_looks_like_each_of_its_spellings(wanted: str) -> None:
    nickname = accepted(wanted)
    assert look_the_same(nickname, nickname)
    assert look_the_same(nickname, unicodedata.normalize("NFD", nickname))
    for spelling in (nickname.upper(), nickname.lower(), nickname.casefold(), nickname.swapcase()):
        assert look_the_same(nickname, unicodedata.normalize("NFKC", spelling)), spelling
