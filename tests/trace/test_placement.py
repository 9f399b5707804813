"""Where words stand on a message ladder: never across an arrow, never across each other."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatlab.trace import Trace
from chatlab.trace.picture.drawn import Box, Layout
from chatlab.trace.picture.ladder import Axis, Ladder
from chatlab.trace.picture.layout import lay_out
from chatlab.trace.records import Record, Step, Transport

from .scripts import PARTIES, TEXTS, storm

AXES: tuple[Axis, ...] = ("events", "time")
TOUCH = 0.5  # pixels
Sent = tuple[int, int, float, str, tuple[float, ...] | None]


def sent(parties: int) -> st.SearchStrategy[Sent]:
    """Who to whom, how many seconds later, what, and the delays of its copies; None: it is seen at both ends."""
    index = st.integers(0, parties - 1)
    pause = st.sampled_from([0, 0, 0.0001, 0.01, 0.5, 30])
    delays = st.lists(st.sampled_from([0, 0.01, 0.03, 0.5, 2.5]), max_size=3).map(tuple)
    return st.tuples(index, index, pause, st.sampled_from(TEXTS), delays | st.none())


talks = st.integers(1, 5).flatmap(lambda parties: st.lists(sent(parties), min_size=1, max_size=25))


def ladder_of(talk: list[Sent], axis: Axis, transport: Transport = Transport.UDP) -> Ladder:
    trace, time = Trace(axis), 0.0
    names = list(PARTIES)
    for name, address in PARTIES.items():
        trace.attend(address, name)
    for source, destination, pause, text, delays in talk:
        time += pause
        ends, data = (PARTIES[names[source]], PARTIES[names[destination]]), text.encode()
        if delays is None or transport is Transport.TCP:
            trace.add(Record(time, Step.SENT, transport, *ends, data))
            trace.add(Record(time + 0.02, Step.RECEIVED, transport, *ends, data[: 3 + len(data) // 2]))
        else:
            trace.add(Record(time, Step.CARRIED, transport, *ends, data, delays))
    return trace.ladder


def crosses(line: Box, box: Box) -> bool:
    """Whether the line from its one corner to the other goes through `box`."""
    begin, end = 0.0, 1.0
    for start, stop, low, high in (
        (line.left, line.right, box.left + TOUCH, box.right - TOUCH),
        (line.top, line.bottom, box.top + TOUCH, box.bottom - TOUCH),
    ):
        if start == stop:
            if not low < start < high:
                return False
        else:
            shares = sorted(((low - start) / (stop - start), (high - start) / (stop - start)))
            begin, end = max(begin, shares[0]), min(end, shares[1])
    return begin < end


def overlap(one: Box, other: Box) -> bool:
    return (
        one.left + TOUCH < other.right
        and other.left + TOUCH < one.right
        and one.top + TOUCH < other.bottom
        and other.top + TOUCH < one.bottom
    )


def check(layout: Layout) -> None:
    boxes = [box for drawn in layout.rows for box in drawn.boxes]
    boxes += [label.box for label in layout.labels]
    lines = [Box(drawn.x1, drawn.y1, drawn.x2, drawn.y2) for drawn in layout.rows]
    lines += [drawn.leader for drawn in layout.rows if drawn.leader]
    lines += [Box(x, 34, x, layout.bottom) for x in layout.columns.values()]
    assert [(line, box) for box in boxes for line in lines if crosses(line, box)] == []
    assert [pair for pair in combinations(boxes, 2) if overlap(*pair)] == []
    for box in boxes:
        assert layout.left <= box.left
        assert box.right <= layout.left + layout.width
        assert box.top >= 0
        assert box.bottom <= layout.height


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("transport", Transport)
@given(talk=talks)
@settings(max_examples=40, deadline=None)
def test_words_lie_across_nothing(axis: Axis, transport: Transport, talk: list[Sent]) -> None:
    ladder = ladder_of(talk, axis, transport)
    for live in (False, True):
        check(lay_out(ladder, live=live))


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("parties", [2, 3, 4, 6])
@pytest.mark.parametrize("seed", range(4))
def test_in_a_storm_nearly_all_is_written(axis: Axis, parties: int, seed: int) -> None:
    trace = storm(parties, 40, seed).trace
    trace.axis = axis
    layout = lay_out(trace.ladder)
    check(layout)
    written = sum(drawn.words is not None for drawn in layout.rows)
    assert written >= 36 if axis == "events" else written + _left_out(layout) >= 40


def _left_out(layout: Layout) -> int:
    return sum(int(label.text.split()[1]) for label in layout.more)
