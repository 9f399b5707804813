"""Where a stream is cut: decided from a seed, without a socket or a clock."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatlab.tcp.weather.pieces import FAIR, Piece, Stream, StreamWeather, Trouble

CHUNKS = st.lists(st.binary(min_size=1, max_size=40), max_size=8)


def cut(chunks: list[bytes], weather: StreamWeather, seed: int = 0, number: int = 1, way: str = "there") -> list[Piece]:
    stream = Stream(seed, number, way)
    return [piece for second, chunk in enumerate(chunks) for piece in stream.cut(chunk, weather, float(second))]


@given(CHUNKS, st.integers(0, 64), st.integers(0, 5))
def test_no_byte_is_lost_and_none_changes_its_place(chunks: list[bytes], piece: int, seed: int) -> None:
    pieces = cut(chunks, StreamWeather(piece=piece), seed)
    assert b"".join(piece.data for piece in pieces) == b"".join(chunks)
    assert all(1 <= len(data) <= (piece or 40) for data, _, _ in pieces)


@given(CHUNKS, st.floats(0, 2), st.floats(0, 2))
def test_pieces_keep_their_order_and_their_distance(chunks: list[bytes], gap: float, delay: float) -> None:
    times = [piece.arrives_at for piece in cut(chunks, StreamWeather(piece=3, gap=gap, delay=delay))]
    assert all(later >= earlier + gap for earlier, later in pairwise(times))
    assert times[:1] in ([], [delay])


def test_as_they_come_there_is_no_gap() -> None:
    assert cut([b"hello", b"bob"], FAIR) == [Piece(b"hello", 0.0), Piece(b"bob", 1.0)]
    assert Stream(0, 1, "").cut(b"hi", StreamWeather(gap=9, delay=0.5), 0) == [Piece(b"hi", 0.5)]


def test_the_same_seed_cuts_in_the_same_places() -> None:
    words, small = [b"what a lovely day"] * 5, StreamWeather(piece=8)
    assert cut(words, small) == cut(words, small)
    others = [cut(words, small, seed=1), cut(words, small, number=2), cut(words, small, way="back")]
    assert cut(words, small) not in others
    assert len({len(piece.data) for piece in cut(words, small)}) > 1


@pytest.mark.parametrize("piece", [0, 1, 4])
@pytest.mark.parametrize(("after", "whole"), [(1, b"h"), (5, b"hello"), (6, b"hellob"), (8, b"hellobob")])
def test_trouble_comes_behind_its_byte_and_nothing_behind_the_trouble(piece: int, after: int, whole: bytes) -> None:
    stream = Stream(0, 1, "")
    weather = StreamWeather(piece=piece, trouble=Trouble.RESET, after=after)
    pieces = stream.cut(b"hello", weather, 0)
    if pieces[-1].trouble is Trouble.NONE:
        pieces += stream.cut(b"bob", weather, 0)
    assert b"".join(piece.data for piece in pieces) == whole
    assert [piece.trouble for piece in pieces] == [Trouble.NONE] * (len(pieces) - 1) + [Trouble.RESET]


def test_trouble_whose_byte_has_passed_does_not_come() -> None:
    stream = Stream(0, 1, "")
    stream.cut(b"hello", FAIR, 0)
    assert stream.cut(b"bob", StreamWeather(trouble=Trouble.CUT, after=5), 0) == [Piece(b"bob", 0)]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"piece": -1}, "piece is in bytes, from 0 .as they come. to 65,536: -1 is not"),
        ({"piece": 65_537}, "piece is in bytes"),
        ({"gap": -1.0}, "gap is in seconds, 0 or more: -1.0 is not"),
        ({"delay": float("inf")}, "delay is in seconds, 0 or more: inf is not"),
        ({"delay": float("nan")}, "delay is in seconds, 0 or more: nan is not"),
        ({"after": 0}, "after is the number of a byte, 1 or more: 0 is not"),
    ],
)
def test_what_no_network_can_be_is_refused(wrong: dict[str, float], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        StreamWeather(**wrong)  # type: ignore[arg-type]
