"""The message ladder to scale: heights that are times."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path

import pytest

from chatlab.trace import Trace
from chatlab.trace.captured import Capture
from chatlab.trace.picture.ladder import Ladder
from chatlab.trace.picture.layout import NOTEBOOK, SMALLEST, lay_out
from chatlab.trace.picture.svg import draw
from chatlab.trace.picture.time_scale import HIGHER, HIGHEST, TICK
from chatlab.trace.records import Step, Transport
from chatlab.weather.fate import LOST, Conditions, Fate
from chatlab.weather.simulated import SimulatedNetwork

from .scripts import Script

CAPTURES = Path(__file__).parents[2] / "notebooks" / "captures"


def timed(script: Script) -> Ladder:
    script.trace.axis = "time"
    return script.ladder


def talk(window: int, fates: dict[int, Fate] | None = None) -> Trace:
    """Four messages and their answers, `window` at a time, where each takes 50 ms."""
    network = SimulatedNetwork(Conditions(delay=0.05), fates=fates or {}, trace=Trace("time"))
    for start in range(0, 4, window):
        for number in range(start, start + window):
            network.send("ada", "bob", b"%d" % number)
        while arrival := network.receive():
            if arrival.destination == "bob":
                network.send("bob", "ada", b"have " + arrival.datagram)
    assert isinstance(network.trace, Trace)
    return network.trace


def height(ladder: Ladder) -> float:
    rows = lay_out(ladder).rows
    return max(drawn.y2 for drawn in rows) - min(drawn.y1 for drawn in rows)


def test_four_round_trips_are_four_times_as_high_as_one() -> None:
    assert height(talk(window=1).ladder) == pytest.approx(4 * height(talk(window=4).ladder))


def test_by_events_they_are_not() -> None:
    one, four = (talk(window) for window in (1, 4))
    one.axis = four.axis = "events"
    assert height(one.ladder) < 1.5 * height(four.ladder)


def test_times_stand_at_the_left_with_their_unit() -> None:
    layout = lay_out(talk(window=1).ladder)
    assert [tick.text for tick in layout.ticks] == [f"{time} ms" for time in range(0, 401, 50)]
    assert {round(lower.y - upper.y) for upper, lower in pairwise(layout.ticks)} == {TICK}
    assert layout.ticks[0].y - 4 == layout.rows[0].y1


def test_the_text_twin_has_the_times() -> None:
    assert str(talk(4, fates={2: LOST, 3: Fate((0.3,))}).ladder).splitlines() == [
        "Messages between ada and bob. Left and arrived, in ms:",
        "  1    0  50  ada -> bob  0",
        "  2    0   -  ada -> bob  1       lost",
        "  3    0 300  ada -> bob  2       late",
        "  4    0  50  ada -> bob  3",
        "  5   50 100  bob -> ada  have 0",
        "  6   50 100  bob -> ada  have 3",
        "  7  300 350  bob -> ada  have 2",
    ]


def test_of_what_all_take_nothing_is_late() -> None:
    assert "late" not in str(talk(window=4))
    assert str(talk(window=4, fates={3: Fate((0.1,))})).count("late") == 1


def test_what_two_watched_sockets_saw_takes_the_time_that_it_took() -> None:
    script = Script().sent("ada", "room", b"1").received("ada", "room", b"1").sent("room", "ada", b"2")
    script.time += 2
    script.received("room", "ada", b"2")
    assert height(timed(script)) == pytest.approx(5 * TICK)
    first, second = lay_out(timed(script)).rows
    assert (second.y2 - second.y1) == pytest.approx(3 * (first.y2 - first.y1))
    script.trace.axis = "events"
    assert all(drawn.y1 == drawn.y2 for drawn in lay_out(script.ladder).rows)


def test_a_piece_of_a_stream_leaves_when_it_was_sent_and_arrives_when_it_is_read() -> None:
    script = Script(Transport.TCP).add(Step.CONNECTED, "ada", "room").sent("ada", "room", b"hi\n")
    script.received("ada", "room", b"hi\n").add(Step.ENDED, "ada", "room").add(Step.END_READ, "ada", "room")
    assert [(row.arrow.left, row.arrow.arrived) for row in timed(script).rows] == [(1, 1), (2, 3), (4, 5)]


def test_a_long_pause_is_cut_out_and_marked_and_the_scale_stays() -> None:
    script = Script()
    for _ in range(4):
        script.carried("ada", "room", b"hi", 0.05)
        script.time += 60
    layout = lay_out(timed(script))
    assert [cut.label.text for cut in layout.cuts] == ["61.0 s pass"] * 3
    assert all(drawn.y2 - drawn.y1 == pytest.approx(TICK) for drawn in layout.rows)
    assert draw(timed(script)).count("l-5 4l10 8l-5 4") == 3 * 2  # the torn lines


def test_a_pause_is_not_cut_out_where_there_is_room_for_it() -> None:
    script = Script().carried("ada", "room", b"hi", 0.2).carried("ada", "room", b"hi", 0.2)
    assert not lay_out(timed(script)).cuts


def test_a_picture_is_not_higher_than_its_messages_need() -> None:
    script = Script()
    for number in range(40):
        script.carried("ada", "room", b"%d" % number, 0.00001)
        script.time += number
        script.carried("room", "ada", b"%d" % number, number)
    assert height(timed(script)) <= HIGHEST + HIGHER * 40


def test_time_begins_with_the_first_message_and_anew_once_all_is_forgotten() -> None:
    script = Script()
    for number in range(45):
        script.carried("ada", "room", b"%d" % number, 0.5)
    assert str(timed(script)).splitlines()[2].split()[:3] == ["6", "5.0", "5.5"]
    script.trace.clear()
    assert str(timed(script.carried("ada", "room", b"again", 0.5))).splitlines()[1].split()[:3] == ["1", "0", "500"]


def test_time_begins_with_the_sending_though_the_arrival_was_written_down_first() -> None:
    script = Script().received("ada", "room", b"hi")
    script.time -= 2
    script.sent("ada", "room", b"hi")
    assert str(timed(script)).splitlines()[1].split()[:2] == ["1", "0.0"]


def test_an_empty_trace_can_be_drawn_by_time() -> None:
    ET.fromstring(draw(Trace("time").ladder))
    assert str(Trace("time")) == "nothing has crossed the wire yet"


@pytest.mark.parametrize("within", [450.0, 700.0])
def test_a_live_picture_is_hardly_wider_than_its_place_and_keeps_the_beginning_of_the_words(within: float) -> None:
    network = SimulatedNetwork(Conditions(delay=0.05), trace=Trace("time"))
    for source, destination in (("ada", "room"), ("room", "bob")) * 3:
        network.send(source, destination, b"SAY:a text that is far too long to stand beside a line")
        network.receive()
    assert isinstance(network.trace, Trace)
    layout = lay_out(network.trace.ladder, live=True, within=within)
    assert layout.width <= within / SMALLEST + 1
    assert all(drawn.words and drawn.words.parts[0].text.startswith("SAY:a ") for drawn in layout.rows)


def test_a_stored_picture_fits_the_cell_of_a_notebook() -> None:
    capture = Capture(CAPTURES / "a_pulled_plug.pcap", ("bob", "ada"), axis="time")
    assert lay_out(capture.ladder).width <= NOTEBOOK
