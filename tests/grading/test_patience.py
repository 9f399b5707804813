"""Waiting in pieces: up to the limit, and not longer than needed."""

from __future__ import annotations

from chatlab.grading.for_checks.patience import PIECE, patiently


def test_it_waits_for_all_of_the_time_in_pieces() -> None:
    pieces: list[float] = []
    assert patiently(pieces.append, 10 * PIECE) is None
    assert pieces == [PIECE] * 10


def test_it_ends_with_the_first_result() -> None:
    results = iter([None, 0, "here", "too late"])
    assert patiently(lambda seconds: next(results), 10 * PIECE) == "here"
    assert next(results) == "too late"
