from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatlab.room.errors import LineTooLong
from chatlab.tcp.framing import LineBuffer

LIMIT = 16
# What the stream brings, and the lines that are in it.
STREAMS = [
    (b"hello\n", [b"hello"]),
    (b"one\ntwo\n", [b"one", b"two"]),
    (b"one\r\ntwo\r\n", [b"one", b"two"]),
    (b"\n", [b""]),
    (b"\r\n", [b""]),
    (b"a\rb\n", [b"a\rb"]),
    (b"a\r\r\n", [b"a\r"]),
    ("é🐍\n".encode(), ["é🐍".encode()]),
    (b"\xff\x00\x1b\n", [b"\xff\x00\x1b"]),
    (b"x" * (LIMIT - 1) + b"\n", [b"x" * (LIMIT - 1)]),
    (b"x" * (LIMIT - 2) + b"\r\n", [b"x" * (LIMIT - 2)]),
]


def lines_of(*pieces: bytes, limit: int = LIMIT) -> list[bytes]:
    lines = []
    buffer = LineBuffer(limit)
    for piece in pieces:
        lines += buffer.take(piece)
        if buffer.ready:
            buffer.take()
    return lines


def test_as_many_lines_as_wanted() -> None:
    buffer = LineBuffer(LIMIT)
    assert buffer.take(b"one\ntwo\nthree\nfo", most=0) == []
    assert buffer.ready
    assert buffer.next_line() == b"one\n"
    assert buffer.take(most=2) == [b"one", b"two"]
    assert buffer.ready
    assert buffer.take(b"ur", most=1) == [b"three"]
    assert (buffer.ready, len(buffer), buffer.next_line()) == (False, 4, b"four")
    assert buffer.take(b"\n", most=1) == [b"four"]


def test_what_has_been_searched_for_a_newline_is_not_searched_again() -> None:
    """Or a line of n bytes that come one by one takes n * n steps."""

    class Counted(bytearray):
        steps = 0

        def find(self, what: Any, start: Any = 0, end: Any = None) -> int:
            Counted.steps += len(self[start:end])
            return super().find(what, start, end)

    buffer = LineBuffer(1000)
    buffer._bytes = Counted()
    for _ in range(900):
        buffer.take(b"x")
    assert buffer.take(b"\n") == [b"x" * 900]
    assert Counted.steps <= 1000


@pytest.mark.parametrize(("stream", "lines"), STREAMS)
def test_whole(stream: bytes, lines: list[bytes]) -> None:
    assert lines_of(stream) == lines


@pytest.mark.parametrize(("stream", "lines"), STREAMS)
def test_byte_by_byte(stream: bytes, lines: list[bytes]) -> None:
    assert lines_of(*(bytes([byte]) for byte in stream)) == lines


@pytest.mark.parametrize(("stream", "lines"), STREAMS)
def test_with_trailing_data(stream: bytes, lines: list[bytes]) -> None:
    assert lines_of(stream + b"unfinish", b"ed\n") == [*lines, b"unfinished"]


def test_what_no_newline_follows_is_no_line() -> None:
    assert lines_of(b"one\ntw") == [b"one"]


@pytest.mark.parametrize(
    "pieces",
    [
        [b"x" * LIMIT],
        [b"x" * LIMIT + b"\n"],
        [b"x"] * LIMIT,
        [b"x" * (LIMIT - 1) + b"\r\n"],
        [b"x" * (LIMIT - 1), b"x\n"],
        [b"fine\n" + b"x" * LIMIT],
    ],
)
def test_a_line_that_is_one_byte_too_long(pieces: list[bytes]) -> None:
    with pytest.raises(LineTooLong, match="at most 16 bytes"):
        lines_of(*pieces)


def test_the_lines_before_one_that_is_too_long_come_first() -> None:
    buffer = LineBuffer(LIMIT)
    assert buffer.take(b"one\ntwo\n" + b"x" * 100 + b"\nthree\n") == [b"one", b"two"]
    for _ in range(2):  # there is no way back
        assert buffer.ready
        with pytest.raises(LineTooLong):
            buffer.take(b"\n")


@given(st.lists(st.binary(max_size=20)), st.randoms(use_true_random=False), st.integers(1, 30))
def test_cuts_do_not_matter(texts: list[bytes], random: object, limit: int) -> None:
    stream = b"".join(text + b"\n" for text in texts)
    cuts = sorted(random.choices(range(len(stream) + 1), k=5))  # type: ignore[attr-defined]
    pieces = [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert outcome(*pieces, limit=limit) == outcome(stream, limit=limit)


def outcome(*pieces: bytes, limit: int) -> tuple[list[bytes], bool]:
    """The lines, and whether one that is too long came after them."""
    lines = []
    buffer = LineBuffer(limit)
    try:
        for piece in pieces:
            lines += buffer.take(piece)
            if buffer.ready:
                buffer.take()
    except LineTooLong:
        return lines, True
    return lines, False


@given(st.lists(st.binary(max_size=40), max_size=50))
def test_what_is_buffered_is_bounded(pieces: list[bytes]) -> None:
    buffer = LineBuffer(LIMIT)
    for piece in pieces:
        try:
            buffer.take(piece)
            if buffer.ready:
                buffer.take()
        except LineTooLong:
            return
        assert len(buffer) < LIMIT
