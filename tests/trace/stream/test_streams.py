"""Streams, byte by byte: from records made by hand, and from a room behind a relay."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.formatters import DisplayFormatter

from chatlab.room.events import Event, Said
from chatlab.tcp.client import TcpClient
from chatlab.tcp.server import TcpServer
from chatlab.tcp.weather.pieces import StreamWeather
from chatlab.tcp.weather.relay import StreamRelay
from chatlab.trace import Trace
from chatlab.trace.picture.ladder import Ladder
from chatlab.trace.recording import MAX_RECORDS
from chatlab.trace.records import Step, Transport
from chatlab.trace.stream.piece import Piece
from chatlab.trace.stream.streams import streams_of
from chatlab.trace.stream.svg import draw
from tests.trace.scripts import PARTIES, Script
from tests.waiting import Heard


@pytest.fixture
def script() -> Script:
    return Script(Transport.TCP)


def test_what_was_sent_stands_above_the_bytes_and_what_was_received_below(script: Script) -> None:
    script.sent("ada", "room", b"hello everybody\n").sent("ada", "room", b"hi")
    script.received("ada", "room", b"h").received("ada", "room", b"ello e").received("ada", "room", b"verybody\nh")
    assert str(script.trace.streams).splitlines() == [
        "ada -> room: 18 bytes, 1 not received yet",
        "sent      [--------------][]",
        "bytes     hello everybody↵hi",
        "messages  [--------------][]",
        "received  |[----][--------]",
    ]


def test_an_end_that_nobody_watches_has_no_row(script: Script) -> None:
    script.received("ada", "room", b"hi\n")
    [stream] = script.trace.streams
    assert (stream.sent, stream.received, stream.unread) == (None, (Piece(0, 3),), 0)
    assert "sent" not in str(stream)


def test_a_byte_that_is_no_letter_has_a_column_all_the_same(script: Script) -> None:
    script.sent("ada", "room", "zoë 🙂\t\n".encode())
    assert "bytes     zo▪▪ ▪▪▪▪▪↵" in str(script.trace.streams)
    assert ">f0<" in script.trace.streams._repr_mimebundle_()["image/svg+xml"]


def test_a_long_stream_goes_on_in_another_row_and_its_pieces_with_it(script: Script) -> None:
    script.sent("ada", "room", b"a" * 62).sent("ada", "room", b"b" * 4).sent("ada", "room", b"c")
    sent = [line for line in str(script.trace.streams).splitlines() if line.startswith("sent")]
    assert sent == ["sent      [" + "-" * 60 + "][-", "sent      -]|"]


@pytest.mark.parametrize("before", [20, 63])
def test_in_the_picture_the_number_of_a_piece_stands_once_where_there_is_room_for_it(
    script: Script, before: int
) -> None:
    """A row has 64 bytes, and the piece begins in the first and ends in the third."""
    script.sent("ada", "room", b"x" * before).sent("ada", "room", b"y" * 111)
    [stream] = script.trace.streams
    picture = draw([stream])
    assert picture.count(">111</text>") == 1


def test_only_the_newest_bytes_are_shown_and_all_are_counted(script: Script) -> None:
    for _ in range(4):
        script.sent("ada", "room", b"0123456789").received("ada", "room", b"0123456789")
    [stream] = streams_of(script.trace.snapshot(), shown=15)
    assert (stream.first, stream.data, stream.sent) == (25, b"567890123456789", (Piece(20, 30), Piece(30, 40)))
    assert stream.title == "ada -> room: 40 bytes, the newest 15 are shown"
    assert str(stream).splitlines()[1] == "sent      ----][--------]"


def test_bytes_that_are_not_kept_any_more_still_count(script: Script) -> None:
    """Or the pieces of both ends would no longer stand at their bytes."""
    script.sent("ada", "room", b"gone")
    for _ in range(MAX_RECORDS):
        script.received("room", "ada", b"x")
    script.received("ada", "room", b"go").received("ada", "room", b"ne!").sent("ada", "room", b"!")
    [stream] = [stream for stream in script.trace.streams if stream.source == "ada"]
    assert stream.sent == (Piece(4, 5),)
    assert stream.received == (Piece(2, 5),)


def test_clear_begins_anew_at_the_right_byte(script: Script) -> None:
    script.sent("ada", "room", b"unread")
    script.trace.clear()
    assert not script.trace.streams
    script.sent("ada", "room", b"!").received("ada", "room", b"unread!")
    [stream] = script.trace.streams
    assert (stream.first, stream.received) == (6, (Piece(0, 7),))


@pytest.mark.parametrize(
    ("step", "source", "end"),
    [(Step.ENDED, "ada", "ended"), (Step.END_READ, "ada", "ended"), (Step.RESET, "ada", "reset")],
)
def test_how_it_has_ended_is_said(script: Script, step: Step, source: str, end: str) -> None:
    script.sent("ada", "room", b"bye").received("ada", "room", b"bye").add(step, source, "room")
    assert script.trace.streams[0].title == f"ada -> room: 3 bytes, {end}"


def test_a_datagram_is_no_stream() -> None:
    assert not Script().sent("ada", "room", b"hi").trace.streams


@given(st.lists(st.binary(min_size=1, max_size=90), min_size=1, max_size=9), st.data())
def test_every_byte_has_its_place_and_the_picture_is_well_formed(sends: list[bytes], data: st.DataObject) -> None:
    script = Script(Transport.TCP)
    whole = b"".join(sends)
    for sent in sends:
        script.sent("ada", "room", sent)
    script.trace.attend(PARTIES["room"], "room")
    cuts = sorted(data.draw(st.sets(st.integers(1, len(whole)), max_size=9)))
    for start, stop in zip([0, *cuts], cuts, strict=False):
        script.received("ada", "room", whole[start:stop])
    [stream] = streams_of(script.trace.snapshot(), shown=len(whole))
    assert stream.data == whole
    assert stream.sent
    assert b"".join(whole[piece.start : piece.stop] for piece in stream.sent) == whole
    assert [piece.stop for piece in stream.received or ()] == cuts
    assert b"".join(whole[piece.start : piece.stop] for piece in stream.messages) == whole
    assert stream.unread == len(whole) - (cuts[-1] if cuts else 0)
    ElementTree.fromstring(script.trace.streams._repr_mimebundle_()["image/svg+xml"])


def test_strangers_words_are_escaped(script: Script) -> None:
    script.sent("ada", "room", b"<b>&\x00")
    assert "<b>" not in script.trace.streams._repr_mimebundle_()["image/svg+xml"]


def test_in_a_notebook_the_text_beside_the_picture_is_the_text_twin(script: Script) -> None:
    """IPython has a way of its own to print a tuple, which it prefers to a bundle's text."""
    streams = script.sent("ada", "room", b"hi\n").trace.streams
    data, _ = DisplayFormatter().format(streams)  # type: ignore[no-untyped-call]
    assert data["text/plain"] == str(streams)


def test_through_a_relay_it_is_one_stream_from_end_to_end() -> None:
    trace, heard = Trace(), Heard[Event]()
    small = StreamWeather(piece=1, gap=0.001)
    with (
        TcpServer(port=0, trace=trace) as room,
        StreamRelay(room, weather=small, trace=trace) as relay,
        TcpClient("ada", relay, trace=trace, on_event=heard),
        TcpClient("bob", relay, trace=trace) as bob,
    ):
        bob.say("hi")
        heard.wait_for(lambda event: event == Said("bob", "hi"))
        ways = {(stream.source, stream.destination): stream for stream in trace.streams}
        assert set(ways) == {("room", "ada"), ("ada", "room"), ("room", "bob"), ("bob", "room")}
        words = ways["bob", "room"]
        assert words.data == b"bob\nhi\n"
        assert words.sent == (Piece(0, 4), Piece(4, 7))
        assert words.received
        assert len(words.received) > len(words.sent)
        assert "stranger" not in str(trace)
        ladder = Ladder.of(trace.snapshot(), shown=1000)
        assert {row.source for row in ladder.rows} == {"ada", "bob", "room"}


def test_who_has_no_name_is_a_stranger(script: Script) -> None:
    nameless = replace(script.sent("ada", "room", b"x").trace.snapshot(), names={})
    assert streams_of(nameless)[0].title == "stranger 1 -> stranger 2: 1 byte"
