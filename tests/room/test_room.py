"""The room: who is in, who hears what."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatlab.room.errors import Refusal
from chatlab.room.events import Joined, Left, Said
from chatlab.room.nicknames import lookalike_keys
from chatlab.room.room import Announcement, Room

Table = Room[str]


@pytest.fixture
def room() -> Table:
    """A room with echo; seats 1 and 2 are ada and bob."""
    room = Table(capacity=3, echo=True)
    room.join("1", "ada")
    room.join("2", "bob")
    return room


def test_everybody_hears_who_joins_in_the_order_of_joining(room: Table) -> None:
    assert room.join("0", "cyd") == Announcement(Joined("cyd"), ("1", "2", "0"))
    assert room.members == ("1", "2", "0")
    assert room.nicknames == ("ada", "bob", "cyd")


def test_what_is_said_goes_out_under_the_nickname_that_was_registered(room: Table) -> None:
    assert room.say("2", "ada: hi") == Announcement(Said("bob", "ada: hi"), ("1", "2"))


def test_those_who_stay_hear_who_leaves(room: Table) -> None:
    assert room.leave("1") == Announcement(Left("ada"), ("2",))
    assert "1" not in room
    assert "2" in room
    assert room.nicknames == ("bob",)


def test_without_echo_nobody_hears_what_they_do_themselves() -> None:
    room = Table(capacity=2, echo=False)
    assert room.join("1", "ada").hearers == ()
    assert room.join("2", "bob").hearers == ("1",)
    assert room.say("2", "hi").hearers == ("1",)


def test_members_get_the_normalised_nickname(room: Table) -> None:
    assert room.join("3", "ｃｙｄ").event == Joined("cyd")
    assert room.nickname("3") == "cyd"


@pytest.mark.parametrize("wanted", ["ada", "ADA", "ａｄａ", "аdа"], ids=["same", "case", "width", "Cyrillic"])
def test_a_nickname_that_is_or_looks_taken_is_refused(room: Table, wanted: str) -> None:
    with pytest.raises(Refusal, match=r"^taken: that nickname, or one that looks like it$"):
        room.join("3", wanted)
    assert "3" not in room


def test_a_refused_nickname_is_not_taken(room: Table) -> None:
    room.join("3", "cyd")
    with pytest.raises(Refusal, match="full"):
        room.join("4", "dan")
    room.leave("3")
    room.join("5", "dan")
    assert room.nicknames == ("ada", "bob", "dan")


def test_the_nickname_of_who_left_is_free_again_at_once(room: Table) -> None:
    room.leave("1")
    assert room.join("3", "Ada").event == Joined("Ada")


def test_a_room_takes_no_more_than_its_capacity(room: Table) -> None:
    room.join("3", "cyd")
    with pytest.raises(Refusal, match=r"^full: the room takes 3 members$"):
        room.join("4", "dan")
    assert len(room) == 3


def test_nobody_is_in_twice(room: Table) -> None:
    with pytest.raises(Refusal, match=r"^you are in already, as ada$"):
        room.join("1", "eve")
    assert room.nicknames == ("ada", "bob")


def test_who_is_not_here_can_neither_speak_nor_leave_nor_be_named(room: Table) -> None:
    for do in (lambda: room.say("3", "hi"), lambda: room.leave("3"), lambda: room.nickname("3")):
        with pytest.raises(KeyError):
            do()


SEATS = st.sampled_from("123456")
NICKNAMES = st.sampled_from(["ada", "ADA", "Il", "lI", "11", "bob", "b0b", "bOb", "rn", "m", "o", "O", "ı", "i", "l"])


@given(st.lists(st.tuples(SEATS, st.none() | NICKNAMES)))
def test_whatever_happens_no_two_nicknames_look_the_same_and_all_are_free_at_the_end(
    steps: list[tuple[str, str | None]],
) -> None:
    room = Table(capacity=4, echo=True)
    for seat, wanted in steps:
        if wanted is None and seat in room:
            room.leave(seat)
        elif wanted is not None:
            try:
                room.join(seat, wanted)
            except Refusal:
                continue
        assert len(room) <= 4
        assert all(lookalike_keys(a).isdisjoint(lookalike_keys(b)) for a, b in combinations(room.nicknames, 2))
    for seat in room.members:
        room.leave(seat)
    assert room._holders == {}
