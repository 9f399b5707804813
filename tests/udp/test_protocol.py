"""Datagrams to messages and back: each row of the two tables, and any bytes at all."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chatlab.room.errors import Refusal
from chatlab.room.events import Joined, Left, Refused, Said
from chatlab.room.nicknames import normalise
from chatlab.room.text import clean, encode
from chatlab.udp.protocol import (
    PROVE,
    REFUSED,
    SIGN_OUT,
    SIGN_UP,
    SIGN_UP_BYTES,
    Answer,
    Challenge,
    KeepAlive,
    Request,
    Say,
    SignOut,
    SignUp,
    build_answer,
    build_keep_alive,
    build_say,
    build_sign_out,
    build_sign_up,
    parse_answer,
    parse_request,
    strip_claim,
)

TOKEN = "0123456789abcdef"
WORDS = st.sampled_from([SIGN_UP, SIGN_OUT, REFUSED, PROVE, "ada", ": ", " joined!", " left!", "\n", "\x00", " ", ""])
# Text that is more likely than chance to look like a command, a claim or a notice.
TEXTS = st.text() | st.lists(WORDS | st.text(max_size=3)).map("".join)
NICKNAMES = st.sampled_from(["ada", "Zoë", "a-b_c", "joined", "0123456789abcdef", "日本語"])


def is_safe(text: str) -> bool:
    return clean("x" + text) == "x" + text


@pytest.mark.parametrize(
    ("datagram", "request_"),
    [
        (b"SIGNUP_TAG:ada", SignUp("ada")),
        (b"SIGNUP_TAG:ada".ljust(128), SignUp("ada")),
        (b"SIGNUP_TAG:ada\n", SignUp("ada")),
        (b"SIGNUP_TAG:ada 0123456789abcdef".ljust(128), SignUp("ada", TOKEN)),
        (b"SIGNUP_TAG:0123456789abcdef", SignUp(TOKEN)),
        (b"SIGNUP_TAG:", SignUp("")),
        (b"SIGNOUT_TAG:", SignOut()),
        (b"", KeepAlive()),
        (b"hi", Say("hi")),
        (b"ada: hi", Say("ada: hi")),
        (b"signup_tag:ada", Say("signup_tag:ada")),
        (b" SIGNUP_TAG:ada", Say(" SIGNUP_TAG:ada")),
        (b"SIGNUP_TAG", Say("SIGNUP_TAG")),
        (b"\xff", Say("\ufffd")),
        (b"a\x1b[2Jb\nc", Say("a[2Jbc")),
        (b"\x00\n", Say("")),
    ],
)
def test_what_a_client_sends(datagram: bytes, request_: Request) -> None:
    assert parse_request(datagram) == request_


@pytest.mark.parametrize(
    "wanted",
    [b"ada lovelace", b"eve\nalice: hi", b"ada\x00", b"a\x1b[2J", b"ada 0123456789ABCDEF", b"ada  " + b"0" * 16],
)
def test_a_nickname_that_cannot_be_had_is_not_mended_into_one_that_can(wanted: bytes) -> None:
    request = parse_request(SIGN_UP.encode() + wanted)
    assert isinstance(request, SignUp)
    with pytest.raises(Refusal):
        normalise(request.nickname)


@pytest.mark.parametrize(
    ("datagram", "answer"),
    [
        (b"ada joined!", Joined("ada")),
        (b"ada left!", Left("ada")),
        (b"ada: hi", Said("ada", "hi")),
        (b"ada: bob left!", Said("ada", "bob left!")),
        (b"ada: ", Said("ada", "")),
        (b"ada: REFUSED_TAG:go", Said("ada", "REFUSED_TAG:go")),
        (b"joined: joined!", Said("joined", "joined!")),
        (b"REFUSED_TAG:no", Refused("no")),
        (b"REFUSED_TAG:", Refused("")),
        (b"PROVE_TAG:0123456789abcdef", Challenge(TOKEN)),
        (b"PROVE_TAG:" + b"0" * 17, None),
        (b"PROVE_TAG:" + b"\xff" * 60_000, None),
        (b"", None),
        (b"hi", None),
        (b"two words: hi", None),
        (b"two words joined!", None),
        (b"ada:hi", None),
        (b"\xff\xff", None),
    ],
    ids=lambda what: f"{what!r:.50}",  # Windows takes no long one into the environment
)
def test_what_a_room_says(datagram: bytes, answer: Answer | None) -> None:
    assert parse_answer(datagram) == answer


@given(st.binary() | TEXTS.map(encode))
def test_any_bytes_are_a_request(datagram: bytes) -> None:
    request = parse_request(datagram)
    if isinstance(request, Say):
        assert is_safe(request.text)


@given(st.binary() | TEXTS.map(encode))
def test_any_bytes_are_an_answer_or_nothing_and_show_no_control_character(datagram: bytes) -> None:
    match parse_answer(datagram):
        case Said(nickname, text):
            assert is_safe(nickname)
            assert is_safe(text)
        case Joined(text) | Left(text) | Refused(text):
            assert is_safe(text)


@given(NICKNAMES, st.sampled_from(["", TOKEN]))
def test_a_sign_up_survives_the_wire_and_pays_for_its_answer(nickname: str, token: str) -> None:
    datagram = build_sign_up(nickname, token)
    assert parse_request(datagram) == SignUp(nickname, token)
    assert SIGN_UP_BYTES <= len(datagram) <= 1024


def test_a_sign_out_and_a_keep_alive_survive_the_wire() -> None:
    assert parse_request(build_sign_out()) == SignOut()
    assert parse_request(build_keep_alive()) == KeepAlive()


@given(TEXTS, NICKNAMES)
@example("SIGNUP_TAG:eve", "ada")
@example("SIGNOUT_TAG:", "ada")
@example("ada: hi", "ada")
@example("a\x00da: hi", "ada")
def test_whatever_is_said_arrives_as_it_was_meant(text: str, nickname: str) -> None:
    request = parse_request(build_say(text, nickname))
    if clean(text):
        assert isinstance(request, Say)
        assert clean(strip_claim(request.text, nickname)) == clean(text)


@pytest.mark.parametrize("typed", ["Zoë", "Zoe\u0308", "Ｚｏë"], ids=ascii)
def test_a_claim_is_stripped_in_whatever_form_its_speaker_typed_the_nickname(typed: str) -> None:
    assert strip_claim(f"{typed}: hi", "Zoë") == "hi"


@pytest.mark.parametrize("text", ["zoë: hi", "Zoë:hi", "Zoë : hi", "Zoëë: hi", "Zoë", "so: Zoë: hi"], ids=ascii)
def test_what_is_no_claim_of_that_name_stays(text: str) -> None:
    assert strip_claim(text, "Zoë") == text


def test_plain_words_travel_as_they_are() -> None:
    assert build_say("hello, bob", "ada") == b"hello, bob"


@given(
    st.builds(Joined, NICKNAMES)
    | st.builds(Left, NICKNAMES)
    | st.builds(Said, NICKNAMES, TEXTS.map(clean))
    | st.builds(Refused, TEXTS.map(clean))
    | st.just(Challenge(TOKEN))
)
def test_an_answer_survives_the_wire(answer: Answer) -> None:
    assert parse_answer(build_answer(answer)) == answer
