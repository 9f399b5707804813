"""One way to note Ctrl-C, Ctrl-Break, SIGTERM and the end of the terminal, for servers and clients."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator

import pytest

from chatlab.service.signals import LOOK, STOPS, Interrupts
from tests.systems import not_here

from ..programs import LIMIT

HERE = [number for name in STOPS if (number := getattr(signal, name, None))]


@pytest.fixture(autouse=True)
def _handlers_are_put_back() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in HERE}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def interrupts(signals_of_a_terminal: None) -> Interrupts:
    return Interrupts()


@pytest.mark.parametrize("number", HERE)
def test_each_ends_a_wait(number: signal.Signals, interrupts: Interrupts) -> None:
    looked = iter(range(int(LIMIT / LOOK)))

    def goes_on() -> bool:
        if next(looked) == 1:
            signal.raise_signal(number)
        return True

    interrupts.wait_while(goes_on)
    assert next(looked) < 3


def test_a_wait_is_over_when_nothing_goes_on_any_more(interrupts: Interrupts) -> None:
    going_on = [True, True, False]
    interrupts.wait_while(lambda: going_on.pop(0))
    assert going_on == []


@pytest.mark.parametrize("number", HERE)
def test_one_that_comes_elsewhere_ends_what_may_end_next(number: signal.Signals, interrupts: Interrupts) -> None:
    signal.raise_signal(number)
    for _ in range(2):  # the program is over
        with pytest.raises(KeyboardInterrupt), interrupts.may_end():
            raise AssertionError("it is not to begin")


def test_what_may_end_is_ended_in_its_own_way(interrupts: Interrupts) -> None:
    ended = threading.Event()
    with interrupts.may_end(ended.set):
        signal.raise_signal(signal.SIGINT)
        assert ended.is_set()


@not_here(not hasattr(signal, "SIGHUP"), "Windows has no SIGHUP")
def test_under_nohup_the_end_of_the_terminal_ends_nothing() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    interrupts = Interrupts()
    signal.raise_signal(signal.SIGHUP)
    try:
        with interrupts.may_end():
            pass
    except KeyboardInterrupt:
        pytest.fail("it was noted")
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


def test_ctrl_break_is_noted_where_there_is_one(monkeypatch: pytest.MonkeyPatch, signals_of_a_terminal: None) -> None:
    number = signal.SIGTERM
    monkeypatch.setattr(signal, "SIGBREAK", number, raising=False)  # as Windows has it, under a number of ours
    monkeypatch.setattr(signal, "SIGTERM", None)
    interrupts = Interrupts()
    signal.raise_signal(number)
    with pytest.raises(KeyboardInterrupt), interrupts.may_end():
        raise AssertionError("it is not to begin")
