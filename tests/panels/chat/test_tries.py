"""When a panel tries again, without a clock."""

from __future__ import annotations

from chatlab.panels.chat.tries import PAUSES, STEADY, Tries


def test_the_pauses_are_those_that_the_panels_promise() -> None:
    assert (PAUSES, STEADY) == ((0, 1, 2, 4, 5), 5)


def test_the_pauses_grow_to_5_s_and_go_on_for_ever() -> None:
    tries = Tries()
    assert [tries.pause(now) for now in range(1000)] == [1, 2, 4] + [5] * 997


def test_out_of_a_room_that_it_was_in_it_tries_at_once_and_then_from_the_beginning() -> None:
    tries = Tries()
    for now in range(10):
        tries.pause(now)
    tries.got_in(10)
    tries.got_in(14)
    assert [tries.pause(10 + STEADY) for _ in range(3)] == [0, 1, 2]


def test_a_room_that_throws_it_out_each_time_is_not_stormed() -> None:
    tries = Tries()
    tries.got_in(0)
    pauses = [tries.pause(STEADY)]
    for now in range(100, 105):
        tries.got_in(now)
        pauses.append(tries.pause(now + 0.5))
    assert pauses == [0, 1, 2, 4, 5, 5]
