"""What became of datagrams and streams, from records of one end, of both ends, or of a relay."""

from __future__ import annotations

import pytest

from chatlab.trace.arrows import udp_arrows
from chatlab.trace.records import Step, Transport

from .scripts import Script


def test_one_end_shows_what_it_sees() -> None:
    script = Script().received("ada", "room", b"hi").sent("room", "ada", b"ada: hi").sent("room", "bob", b"ada: hi")
    assert script.rows == ["1 ada -> room hi", "2 room -> ada ada: hi", "3 room -> bob ada: hi"]


def test_what_both_ends_see_is_one_arrow() -> None:
    assert Script().sent("ada", "room", b"hi").received("ada", "room", b"hi").rows == ["1 ada -> room hi"]


def test_what_never_arrives_at_a_watched_end_is_lost() -> None:
    script = Script().sent("ada", "room", b"one").sent("ada", "room", b"two").received("ada", "room", b"two")
    assert script.rows == ["1 ada -> room one lost", "2 ada -> room two"]


def test_what_waits_to_be_read_is_not_lost() -> None:
    script = Script().sent("ada", "room", b"one").received("ada", "room", b"one").sent("ada", "room", b"two")
    assert script.rows == ["1 ada -> room one", "2 ada -> room two unread"]
    assert script.received("ada", "room", b"two").rows == ["1 ada -> room one", "2 ada -> room two"]


def test_what_nobody_has_read_is_lost_when_its_receiver_closes_and_then_nobody_is_there() -> None:
    script = Script().sent("ada", "room", b"one").received("ada", "room", b"one").sent("ada", "room", b"two")
    script.add(Step.ENDED, "room", "room").sent("ada", "room", b"three")
    assert script.rows == ["1 ada -> room one", "2 ada -> room two lost", "3 ada -> room three nobody there"]
    script.sent("room", "ada", b"open again").sent("ada", "room", b"two")
    assert script.rows[1:] == [
        "2 ada -> room two lost",
        "3 ada -> room three nobody there",
        "4 room -> ada open again unread",
        "5 ada -> room two unread",
    ]
    assert script.received("ada", "room", b"two").rows[-1] == "5 ada -> room two"


def test_that_a_port_is_closed_is_about_the_last_datagram_unless_that_was_read() -> None:
    script = Script().sent("ada", "eve", b"one").sent("ada", "eve", b"two").add(Step.RESET, "eve", "ada")
    assert script.rows == ["1 ada -> eve one", "2 ada -> eve two nobody there"]
    script = Script().sent("ada", "room", b"one").received("ada", "room", b"one").add(Step.RESET, "room", "ada")
    assert script.rows == ["1 ada -> room one"]


def test_an_empty_datagram_is_not_taken_for_a_cut_one() -> None:
    script = Script().sent("ada", "room", b"hello").received("ada", "room", b"")
    assert script.rows == ["1 ada -> room hello unread", "2 ada -> room (empty)"]


def test_an_arrival_is_looked_for_among_a_bounded_number_of_datagrams(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(udp_arrows, "UNDER_WAY", 3)
    script = Script()
    for number in range(4):
        script.sent("ada", "room", b"%d" % number)
    script.received("ada", "room", b"3")
    assert script.rows[-2:] == ["4 ada -> room 3 unread", "5 ada -> room 3"]


def test_what_is_overtaken_is_late_and_crosses() -> None:
    script = Script().sent("ada", "room", b"1").sent("ada", "room", b"2").sent("ada", "room", b"3")
    script.received("ada", "room", b"2").received("ada", "room", b"3").received("ada", "room", b"1")
    assert script.rows == ["1 ada -> room 1 late, arrives after 3", "2 ada -> room 2", "3 ada -> room 3"]


def test_a_second_arrival_is_a_repeat() -> None:
    script = Script().sent("ada", "room", b"hi").received("ada", "room", b"hi").received("ada", "room", b"hi")
    assert script.rows == ["1 ada -> room hi", "1 ada -> room hi again"]


def test_the_same_words_sent_twice_are_two_messages() -> None:
    script = Script()
    for _ in range(2):
        script.sent("ada", "room", b"hi").received("ada", "room", b"hi")
    assert script.rows == ["1 ada -> room hi", "2 ada -> room hi"]


def test_a_datagram_cut_by_a_small_buffer_says_so() -> None:
    script = Script().sent("ada", "room", b"hello world").received("ada", "room", b"hello")
    assert script.rows == ["1 ada -> room hello world 5 of 11 bytes read"]


def test_a_relay_decides() -> None:
    script = Script().carried("ada", "room", b"1").carried("ada", "room", b"2", 1.5).carried("ada", "room", b"3", 0, 0)
    script.carried("ada", "room", b"")
    assert script.rows == [
        "1 ada -> room 1 lost",
        "2 ada -> room 2 late, arrives after 3",
        "3 ada -> room 3",
        "3 ada -> room 3 again",
        "4 ada -> room (empty) lost",
    ]


def tcp() -> Script:
    return Script(Transport.TCP).add(Step.CONNECTED, "ada", "room")


def test_a_stream_is_drawn_as_the_pieces_that_were_read_with_their_lines() -> None:
    script = tcp().sent("ada", "room", b"hello\n").sent("ada", "room", b"world\n").sent("ada", "room", b"bye\n")
    script.received("ada", "room", b"hello\nwor").received("ada", "room", b"ld").received("ada", "room", b"\nbye\n")
    assert script.rows == [
        "1 ada -> room (connects)",
        "2 ada -> room [hello\\n] [wor",
        "3 ada -> room ld",
        "4 ada -> room \\n] [bye\\n]",
    ]


def test_bytes_that_nobody_has_read_are_shown_so() -> None:
    script = tcp().sent("room", "ada", b"one\ntwo\n").received("room", "ada", b"one\n").sent("room", "ada", b"three\n")
    assert script.rows[1:] == [
        "2 room -> ada [one\\n]",
        "3 room -> ada [two\\n] unread",
        "4 room -> ada [three\\n] unread",
    ]


def test_a_connection_begins_and_ends_once_though_both_ends_tell() -> None:
    script = tcp().add(Step.CONNECTED, "ada", "room").add(Step.ENDED, "ada", "room").add(Step.END_READ, "ada", "room")
    script.add(Step.ENDED, "room", "ada").add(Step.END_READ, "room", "ada").add(Step.CONNECTED, "ada", "room")
    assert script.rows == [
        "1 ada -> room (connects)",
        "2 ada -> room (says no more)",
        "3 room -> ada (says no more)",
        "4 ada -> room (connects)",
    ]


def test_the_end_comes_after_what_was_said_before_it() -> None:
    script = tcp().sent("room", "ada", b"hi\n").received("room", "ada", b"hi\n").received("ada", "room", b"x\n")
    script.sent("ada", "room", b"bye\n").add(Step.ENDED, "ada", "room")
    script.received("ada", "room", b"bye\n").add(Step.END_READ, "ada", "room")
    assert script.rows[-2:] == ["4 ada -> room [bye\\n]", "5 ada -> room (says no more)"]


def test_a_reset_is_shown() -> None:
    assert tcp().add(Step.RESET, "room", "ada").rows[1:] == ["2 room -> ada (resets the connection)"]
