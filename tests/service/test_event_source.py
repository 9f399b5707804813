"""Events go to a function, or wait for an iteration."""

from __future__ import annotations

import threading

import pytest

import chatlab.service.event_source
from chatlab.room.events import Event, Said
from chatlab.service.event_source import EventSource


def said(*texts: str) -> list[Event]:
    return [Said("ada", text) for text in texts]


def test_a_function_gets_events_in_the_thread_that_emits_them() -> None:
    heard: list[tuple[Event, threading.Thread]] = []
    source = EventSource(lambda event: heard.append((event, threading.current_thread())))
    source._emit(*said("hi"))
    assert heard == [(Said("ada", "hi"), threading.current_thread())]


def test_without_a_function_events_wait_in_order_and_the_iteration_ends_with_the_source() -> None:
    source = EventSource(None)
    for event in said("1", "2", "3"):
        source._emit(event)
    source._end(True)
    assert list(source) == said("1", "2", "3")
    assert list(source) == []


def test_an_iteration_waits_for_more() -> None:
    source = EventSource(None)
    heard: list[Event] = []
    two_heard = threading.Event()

    def listen() -> None:
        for event in source:
            heard.append(event)
            if len(heard) == 2:
                two_heard.set()

    listener = threading.Thread(target=listen, name="listener")
    listener.start()
    for event in said("1", "2"):
        source._emit(event)
    assert two_heard.wait(5)
    assert listener.is_alive()
    source._end(True)
    listener.join(5)
    assert not listener.is_alive()
    assert heard == said("1", "2")


def test_of_events_that_nobody_reads_the_newest_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chatlab.service.event_source, "WAITING_EVENTS", 2)
    source = EventSource(None)
    for event in said("1", "2", "3"):
        source._emit(event)
    source._end(True)
    assert list(source) == said("2", "3")


def test_a_source_that_starts_again_can_be_iterated_again() -> None:
    source = EventSource(None)
    source._end(True)
    assert list(source) == []
    source._end(False)
    source._emit(*said("again"))
    assert next(iter(source)) == Said("ada", "again")
