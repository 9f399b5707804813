"""Whether a learner's code rests while nothing is to be done."""

from __future__ import annotations

import threading
import time
from contextlib import nullcontext
from types import SimpleNamespace

import pytest

from chatlab.grading.for_checks import rest
from chatlab.grading.for_checks.rest import expect_rest
from chatlab.grading.verdict import NotYetRight


def test_while_the_machine_stands_still_nobody_is_seen_to_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    now, step, turns = 0.0, 1.0, 0

    def pass_on() -> float:
        nonlocal now
        now += step
        return now

    def count() -> int:
        nonlocal step, turns
        if now > 2 * step:  # the first look is over, and has seen nothing move
            step = 0.01
            turns += 1000
        return turns

    monkeypatch.setattr(
        rest, "time", SimpleNamespace(perf_counter=pass_on, process_time=lambda: 0.0, thread_time=lambda: 0.0)
    )
    with pytest.raises(NotYetRight, match="times a second"):
        expect_rest(count)


def test_on_a_busy_machine_one_look_at_which_nothing_moves_is_not_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    now = spent = 0.0

    def pass_on() -> float:
        nonlocal now, spent
        now += 0.02  # a dozen laps in a look, where there could be 75
        spent += 0.02 if now > rest.LOOK + 0.1 else 0.0  # the first look sees none of it
        return now

    clock = SimpleNamespace(perf_counter=pass_on, process_time=lambda: spent, thread_time=lambda: 0.0)
    monkeypatch.setattr(rest, "time", clock)
    with pytest.raises(NotYetRight, match="your code took"):
        expect_rest(lambda: 0)


def test_what_the_look_itself_costs_is_not_charged_to_the_learners_code(monkeypatch: pytest.MonkeyPatch) -> None:
    class SlowEvent:
        def wait(self, seconds: float) -> None:
            end = time.perf_counter() + seconds
            while time.perf_counter() < end:
                pass

    monkeypatch.setattr(rest, "threading", SimpleNamespace(Event=SlowEvent))
    expect_rest(lambda: 0)


@pytest.mark.parametrize(("pause", "saw"), [(None, "your code took"), (0.001, "times a second"), (0.05, "")])
def test_who_turns_round_and_round_is_restless(pause: float | None, saw: str) -> None:
    end, turns = threading.Event(), [0]

    def turn() -> None:
        while not end.is_set():
            if pause:
                turns[0] += 1
                end.wait(pause)

    thread = threading.Thread(target=turn)
    thread.start()
    try:
        with pytest.raises(NotYetRight, match=saw) if saw else nullcontext():
            expect_rest(lambda: turns[0])
    finally:
        end.set()
        thread.join()
