from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatlab.room.errors import Refusal
from chatlab.room.events import Joined, Left, Said
from chatlab.room.nicknames import normalise
from chatlab.room.text import clean
from chatlab.tcp.framing import LineBuffer
from chatlab.tcp.protocol import (
    MAX_LINE,
    Answer,
    Choose,
    Hangup,
    Welcome,
    build_answer,
    build_nickname,
    build_say,
    parse_answer,
    parse_nickname,
)

ANSWERS: list[tuple[Answer, bytes]] = [
    (Choose(), b"NICK\n"),
    (Choose("that one is taken"), b"NICK that one is taken\n"),
    (Welcome(), b"Connected to the server!\n"),
    (Joined("ada"), b"ada joined the chat\n"),
    (Left("ada"), b"ada left the chat!\n"),
    (Said("ada", "hé: 🐍"), "ada: hé: 🐍\n".encode()),
    (Hangup("the room is closing"), b"ERROR the room is closing\n"),
]


def parsed(*pieces: bytes) -> list[Answer | None]:
    buffer = LineBuffer(100)
    return [parse_answer(line) for piece in pieces for line in buffer.take(piece)]


@pytest.mark.parametrize(("answer", "line"), ANSWERS)
def test_an_answer_is_this_line(answer: Answer, line: bytes) -> None:
    assert build_answer(answer) == line


@pytest.mark.parametrize(("answer", "line"), ANSWERS)
def test_the_line_is_this_answer_whole_byte_by_byte_and_with_trailing_data(answer: Answer, line: bytes) -> None:
    assert parsed(line) == [answer]
    assert parsed(*(bytes([byte]) for byte in line)) == [answer]
    assert parsed(line + b"NI", b"CK\n") == [answer, Choose()]


@pytest.mark.parametrize(
    "line",
    [b"", b"hello", b"ada", b"ada joined", b"ada left the chat", b"NICKname", b"two words: hi", b"\xff", b": hi"],
)
def test_what_no_room_says(line: bytes) -> None:
    assert parse_answer(line) is None


@given(st.binary())
def test_any_bytes_are_an_answer_or_none_and_a_nickname(line: bytes) -> None:
    parse_answer(line)
    parse_nickname(line)


def test_a_nickname_is_not_mended() -> None:
    assert parse_nickname(b" ada ") == "ada"
    assert parse_nickname(b"a\x1bda") == "a\x1bda"
    assert parse_nickname(b"a\xffda") == "a\ufffdda"
    assert parse_nickname(build_nickname("Zoé").removesuffix(b"\n")) == "Zoé"


@given(st.text())
def test_what_is_said_is_one_line_that_no_room_cuts(text: str) -> None:
    try:
        line = build_say(text)
    except Refusal:
        assert len(clean(text).encode("utf-8", "replace")) >= MAX_LINE
        return
    assert len(line) <= MAX_LINE
    assert line == b"" if not clean(text) else line.count(b"\n") == 1 and line.endswith(b"\n")


def test_a_text_may_have_1023_bytes() -> None:
    assert len(build_say("x" * 1023)) == 1024
    with pytest.raises(Refusal, match="at most 1,023 bytes, and this has 1,024: say it in pieces"):
        build_say("é" * 512)


@given(st.from_regex(r"[A-Za-z0-9_\-]{1,20}", fullmatch=True), st.text().map(clean).filter(bool))
def test_nobody_can_say_what_only_the_room_says(nickname: str, text: str) -> None:
    try:
        normalise(nickname)
    except Refusal:
        return
    line = build_answer(Said(nickname, text)).removesuffix(b"\n")
    answer = parse_answer(line)
    assert isinstance(answer, Said)
    assert answer.nickname == nickname
