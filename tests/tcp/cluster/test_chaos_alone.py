"""A server is killed and the broker restarted while members talk: `tests.tcp.cluster.chaos` does so for 60 s."""

from __future__ import annotations

from tests.tcp.cluster.chaos import run


def test_no_line_is_lost_or_doubled_while_the_broker_is_there_and_who_has_gone_is_told_once() -> None:
    assert run(seconds=1, seed=7) == []
