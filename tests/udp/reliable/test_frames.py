"""The reliable room's datagrams."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatlab.room.events import Refused, Said
from chatlab.udp.protocol import Say, parse_answer, parse_request
from chatlab.udp.reliable.frames import (
    HEADER_BYTES,
    Acknowledgement,
    Frame,
    Numbered,
    Reset,
    build_frame,
    build_reset,
    parse_frame,
)

SESSION = "0123abcd"
sessions = st.text("0123456789abcdef", min_size=8, max_size=8)
numbers = st.integers(0, 10**12 - 1)
frames = (
    st.builds(Numbered, sessions, numbers, st.binary())
    | st.builds(Acknowledgement, sessions, numbers)
    | st.builds(Reset, sessions, st.binary())
)


@pytest.mark.parametrize(
    ("frame", "datagram"),
    [
        (Numbered(SESSION, 12, b"ada: hi"), b"MSG_TAG:0123abcd 12 ada: hi"),
        (Numbered(SESSION, 0, b""), b"MSG_TAG:0123abcd 0 "),
        (Acknowledgement(SESSION, 12), b"ACK_TAG:0123abcd 12"),
        (Reset(SESSION, b"REFUSED_TAG:no"), b"RST_TAG:0123abcd REFUSED_TAG:no"),
    ],
)
def test_on_the_wire(frame: Frame, datagram: bytes) -> None:
    assert build_frame(frame) == datagram
    assert parse_frame(datagram) == frame


@given(frames)
def test_what_is_built_is_parsed(frame: Frame) -> None:
    assert parse_frame(build_frame(frame)) == frame


@given(st.binary() | st.builds(lambda frame, junk: build_frame(frame)[:-1] + junk, frames, st.binary(max_size=3)))
def test_no_bytes_make_it_fail(datagram: bytes) -> None:
    frame = parse_frame(datagram)
    assert frame is None or parse_frame(build_frame(frame)) == frame


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"hi",
        b"SIGNUP_TAG:ada",
        b"MSG_TAG:0123abcd 1",
        b"MSG_TAG:0123ABCD 1 hi",
        b"MSG_TAG:0123abc 1 hi",
        b"MSG_TAG:0123abcd -1 hi",
        b"MSG_TAG:0123abcd 1000000000000 hi",
        b" MSG_TAG:0123abcd 1 hi",
        "MSG_TAG:0123abcd \u0661 hi".encode(),
        b"ACK_TAG:0123abcd 1 ",
        b"ACK_TAG:0123abcd 1\n",
    ],
)
def test_what_is_no_frame(datagram: bytes) -> None:
    assert parse_frame(datagram) is None


def test_a_header_has_at_most_so_many_bytes() -> None:
    assert len(build_frame(Numbered(SESSION, 10**12 - 1, b""))) == HEADER_BYTES


@given(st.text(max_size=50), numbers, st.binary(max_size=30))
def test_a_reset_is_cut_to_the_size_of_any_message_and_still_one(reason: str, number: int, payload: bytes) -> None:
    size = len(build_frame(Numbered(SESSION, number, payload)))
    reset = build_reset(SESSION, Refused(reason), size)
    assert len(reset) <= size
    assert isinstance(parse_frame(reset), Reset)


@given(frames)
def test_in_a_plain_room_a_frame_is_but_text(frame: Frame) -> None:
    assert isinstance(parse_request(build_frame(frame)), Say)
    assert not isinstance(parse_answer(build_frame(frame)), Said | Refused)
