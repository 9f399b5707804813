"""The token bucket: `burst` at once, `rate` a second."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatlab.room.rate_limit import TokenBucket


def taken(bucket: TokenBucket, tries: int, now: float) -> int:
    return sum(bucket.take(now) for _ in range(tries))


def test_a_full_bucket_gives_its_burst_at_once() -> None:
    assert taken(TokenBucket(rate=20, burst=100, now=0), tries=500, now=0) == 100


def test_an_empty_bucket_gives_its_rate() -> None:
    bucket = TokenBucket(rate=20, burst=100, now=0)
    taken(bucket, 100, now=0)
    assert [taken(bucket, 100, now=second) for second in (1, 2, 3)] == [20, 20, 20]


def test_a_silence_saves_no_more_than_the_burst() -> None:
    bucket = TokenBucket(rate=20, burst=100, now=0)
    assert taken(bucket, 500, now=3600) == 100


def test_a_slow_rate_adds_up() -> None:
    bucket = TokenBucket(rate=0.25, burst=1, now=0)
    assert [second for second in range(13) if bucket.take(second)] == [0, 4, 8, 12]


def test_rate_0_is_no_limit() -> None:
    assert taken(TokenBucket(rate=0, burst=0, now=0), tries=10_000, now=0) == 10_000


@given(
    st.floats(0.5, 50),
    st.floats(1, 100),
    st.lists(st.floats(0, 10), max_size=50),
)
def test_no_span_of_time_gives_more_than_a_burst_and_what_the_rate_adds(
    rate: float, burst: float, pauses: list[float]
) -> None:
    bucket, now, got = TokenBucket(rate, burst, 0), 0.0, 0
    for pause in pauses:
        now += pause
        got += taken(bucket, 200, now)
    assert got <= burst + rate * now + 1e-6


def test_it_can_be_looked_into() -> None:
    bucket = TokenBucket(rate=1, burst=2, now=0)
    assert bucket.is_full(0)
    assert taken(bucket, 2, now=0) == 2
    assert [bucket.holds_one(now) for now in (0, 0.9, 1, 1)] == [False, False, True, True]
    assert [bucket.is_full(now) for now in (1, 1.9, 2)] == [False, False, True]
    assert TokenBucket(rate=0, burst=0, now=0).is_full(0)


@pytest.mark.parametrize("burst", [1, 5])
def test_a_refused_try_costs_nothing(burst: int) -> None:
    bucket = TokenBucket(rate=1, burst=burst, now=0)
    assert taken(bucket, burst, now=0) == burst
    assert not any(bucket.take(tenth / 10) for tenth in range(10))
    assert bucket.take(1.0)
