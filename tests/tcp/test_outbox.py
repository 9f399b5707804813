from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chatlab.tcp.outbox import PIECE, Outbox


@given(st.lists(st.binary(max_size=30)), st.lists(st.integers(1, 50)))
def test_all_that_is_put_comes_out_in_order_however_it_is_taken(lines: list[bytes], steps: list[int]) -> None:
    outbox = Outbox()
    for line in lines:
        outbox.put(line)
    out = b""
    for step in steps:
        taken = outbox.front()[:step]
        out += taken
        outbox.drop(len(taken))
        assert outbox.size == len(b"".join(lines)) - len(out)
    while piece := outbox.front():
        out += piece
        outbox.drop(len(piece))
    assert out == b"".join(lines)
    assert outbox.size == 0


def test_a_piece_is_bounded() -> None:
    outbox = Outbox()
    for _ in range(100):
        outbox.put(b"x" * 1000)
    assert PIECE <= len(outbox.front()) < PIECE + 1000


def test_a_line_that_waits_for_many_is_in_memory_once() -> None:
    line = b"x" * 1000
    outboxes = [Outbox() for _ in range(3)]
    for outbox in outboxes:
        outbox.put(line)
    assert all(outbox.front() is line for outbox in outboxes)
