"""What all panels share, seen in each of them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import ipywidgets
import pytest

from chatlab.panels import ChatPanel, LadderPanel, RoomPanel, WeatherPanel
from chatlab.panels.live_panel import LivePanel
from chatlab.panels.open_panels import _taken
from chatlab.trace import Trace
from chatlab.weather.relay import WeatherRelay

from .conftest import LIMIT, FakeClient, FakeServer, Page

NOWHERE = ("127.0.0.1", 9)
PANELS: dict[str, Callable[[], LivePanel]] = {
    "panel-ada": lambda: ChatPanel(FakeClient("ada")),
    "room-panel": lambda: RoomPanel(FakeServer()),
    "ladder-panel": lambda: LadderPanel(Trace()),
    "weather-panel": lambda: WeatherPanel(WeatherRelay(NOWHERE)),
}


def threads_of(name: str) -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == name]


@pytest.mark.parametrize(("thread", "make"), PANELS.items())
def test_a_panel_is_a_context_manager_with_a_thread_and_a_place_until_it_closes(
    thread: str, make: Callable[[], LivePanel], page: Page
) -> None:
    with make() as panel:
        assert threads_of(thread)
        assert [place for place in _taken if place.panel is panel]
    panel.close()
    assert threads_of(thread) == []
    assert [place for place in _taken if place.panel is panel] == []


class Counting(LivePanel, ipywidgets.VBox):  # type: ignore[misc]  # without type hints
    """Counts how often it is opened, shut and shown. `problem`: what `_open` and `_shut` raise."""

    def __init__(self, problem: BaseException | None = None, every: float | None = None) -> None:
        super().__init__("counting-panel", every)
        self.problem = problem
        self.diary: list[str] = []
        self.seen = threading.Semaphore(0)
        self._go_live("Counting", self)

    def note(self, what: str) -> None:
        self.diary.append(what)
        if self.problem:
            raise self.problem

    def _open(self) -> None:
        self.note("open")

    def _shut(self) -> None:
        self.note("shut")

    def _show(self) -> None:
        self.seen.release()


def test_news_are_shown_and_without_news_every_so_often() -> None:
    with Counting() as at_news:
        assert at_news.seen.acquire(timeout=LIMIT)  # that it has opened
        assert not at_news.seen.acquire(timeout=0.2)
        at_news._news.set()
        assert at_news.seen.acquire(timeout=LIMIT)
    with Counting(every=0.01) as always:
        for _ in range(5):
            assert always.seen.acquire(timeout=LIMIT)


def test_many_closes_from_many_threads_shut_once() -> None:
    panel = Counting()
    closing = [threading.Thread(target=panel.close) for _ in range(4)]
    for thread in closing:
        thread.start()
    for thread in closing:
        thread.join()
    assert panel.diary == ["open", "shut"]


@pytest.mark.parametrize("problem", [KeyboardInterrupt(), RuntimeError("no")])
def test_a_panel_that_can_not_open_or_shut_leaves_no_thread_and_no_place(problem: BaseException) -> None:
    before = list(_taken)
    with pytest.raises(type(problem)):
        Counting(problem)
    assert threads_of("counting-panel") == []
    assert _taken == before


def test_a_panel_without_a_thread_leaves_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system has none left."""

    def no_thread(_self: Any) -> None:
        raise RuntimeError("can't start new thread")

    before = list(_taken)
    monkeypatch.setattr(threading.Thread, "start", no_thread)
    with pytest.raises(RuntimeError, match="no thread left"):
        Counting()
    assert _taken == before
