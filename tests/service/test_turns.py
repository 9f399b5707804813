"""Threads that take turns: the same order each time, and an end whatever happens."""

from __future__ import annotations

import threading

import pytest

from chatlab.service.turns import LimitedLock, Turns


def two_steps(turns: Turns) -> None:
    for step in ("looks", "writes"):
        turns.take(step)


@pytest.mark.parametrize(
    "script",
    [
        ("ada looks", "bob looks", "ada writes", "bob writes"),
        ("bob looks", "ada looks", "ada writes", "bob writes"),
        ("bob looks", "bob writes", "ada looks", "ada writes"),
    ],
)
def test_the_steps_come_as_the_script_says(script: tuple[str, ...]) -> None:
    turns = Turns(*script, patience=60)
    turns.play(ada=lambda: two_steps(turns), bob=lambda: two_steps(turns))
    assert turns.order == list(script)


def test_a_step_is_over_before_the_next_one_begins() -> None:
    turns, seen = Turns("ada looks", "bob looks", "ada writes", patience=60), list[str]()

    def ada() -> None:
        turns.take("looks")
        threading.Event().wait(0.05)
        seen.append("ada has looked")
        turns.take("writes")
        seen.append("ada has written")

    def bob() -> None:
        turns.take("looks")
        threading.Event().wait(0.05)
        seen.append("bob has looked")

    turns.play(ada=ada, bob=bob)
    assert seen == ["ada has looked", "bob has looked", "ada has written"]


def test_what_the_script_does_not_have_begins_at_once() -> None:
    turns = Turns("bob looks", patience=60)
    turns.play(ada=lambda: two_steps(turns))
    assert turns.order == ["ada looks", "ada writes"]


def test_who_waits_in_vain_goes_on_and_the_script_with_it() -> None:
    turns = Turns("bob looks", "ada looks", "ada writes", patience=0.1)
    turns.play(ada=lambda: two_steps(turns))
    assert turns.order == ["ada looks", "ada writes"]


def test_an_error_of_a_thread_is_kept_and_ends_its_step() -> None:
    turns = Turns("ada looks", "bob looks", patience=60)

    def fail() -> None:
        turns.take("looks")
        raise LookupError("nothing there")

    turns.play(ada=fail, bob=lambda: turns.take("looks"))
    assert list(turns.errors) == ["ada"]
    assert str(turns.errors["ada"]) == "nothing there"
    assert turns.order == ["ada looks", "bob looks"]


def test_stacks_say_where_each_thread_stands() -> None:
    turns, lock = Turns(), LimitedLock(limit=2)

    def takes_it() -> None:
        with lock:
            takes_it_again()

    def takes_it_again() -> None:
        with lock:
            pass

    turns.start(ada=takes_it)
    turns.start(bob=lambda: None)
    stacks = turns.stacks().splitlines()
    assert [stacks[0], stacks[-1]] == ["ada", "bob has ended"]
    assert [line.partition(", line")[0].strip() for line in stacks[1:-1]] == ["in takes_it", "in takes_it_again"]
    assert stacks[1].endswith(": takes_it_again()")
    assert stacks[2].endswith(": with lock:")
    turns.join()
    assert str(turns.errors["ada"]) == "ada has waited 2 s for the lock, which ada holds"
    with lock:
        pass
    assert turns.stacks() == "ada has ended\nbob has ended"
