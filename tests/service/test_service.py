"""The life of a service: whatever happens to a thread of it, it ends in words, and leaves nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pytest

from chatlab.room.errors import NoThreadLeft, in_words
from chatlab.service.guarded_threads import StartingLine
from chatlab.service.service import Service

from ..programs import LIMIT
from ..waiting import Heard, no_thread_is_left, no_thread_left_after

__all__ = ["no_thread_is_left"]

pytestmark = pytest.mark.usefixtures("services_may_fail")


LOG_ERRORS = [OSError("the disk is full"), SystemExit(3), KeyboardInterrupt()]


class Clock(Service):
    """Two threads that wait for `bell`; the first one does `work` before. `done`: what the clock did, in order."""

    what = "clock"
    client = "chatlab.clock --loud"

    def __init__(self, log: Callable[[str], None] = lambda line: None) -> None:
        super().__init__("127.0.0.1", 4711, log)
        self.done: list[str] = []
        self.work: Callable[[], None] = lambda: None
        self.released = threading.Event()

    def _open(self) -> Mapping[str, Callable[[], None]]:
        self.bell = threading.Event()
        self.released.clear()
        self._resources.callback(self._release)
        self.done.append("open")
        return {"clock-hand": self._turn, "clock-face": self._wait}

    def _stop(self) -> None:
        self.done.append("stop")
        self.bell.set()

    def _release(self) -> None:
        self.done.append("release")
        self.released.set()

    def _turn(self) -> None:
        self.work()
        self._wait()

    def _wait(self) -> None:
        while self.running:
            assert self.bell.wait(LIMIT)

    def spawn(self, work: Callable[[], object]) -> None:
        self._spawn("clock-cuckoo", work)


@pytest.fixture
def log() -> Heard[str]:
    return Heard()


@pytest.fixture
def clock(log: Heard[str]) -> Clock:
    return Clock(log)


def fail_with(error: BaseException) -> Callable[[], None]:
    def work() -> None:
        raise error

    return work


def close_in_time(clock: Clock) -> None:
    closing = threading.Thread(target=clock.close, daemon=True)
    closing.start()
    closing.join(LIMIT)
    assert not closing.is_alive()


def clock_threads() -> list[str]:
    return sorted(thread.name for thread in threading.enumerate() if thread.name.startswith("clock-"))


def test_it_opens_and_closes_and_both_twice_do_nothing(clock: Clock) -> None:
    assert clock.start() is clock
    clock.start()
    assert (clock.running, clock.state, clock_threads()) == (True, "open", ["clock-face", "clock-hand"])
    clock.close()
    clock.close()
    assert (clock.running, clock.state, clock.failure, clock_threads()) == (False, "closed", None, [])
    assert clock.done == ["open", "stop", "release"]


def test_what_was_never_opened_can_be_closed(clock: Clock) -> None:
    clock.close()
    assert clock.done == []


def test_it_says_how_to_join_it(clock: Clock) -> None:
    assert clock.address == ("127.0.0.1", 4711)
    assert clock.join_command.endswith(" -m chatlab.clock --loud --host 127.0.0.1 --port 4711")


def test_it_opens_again_after_it_was_closed(clock: Clock) -> None:
    with clock:
        pass
    with clock:
        assert clock.running
    assert clock.done == ["open", "stop", "release"] * 2


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), SystemExit(3), KeyError("ada")], ids=repr)
def test_a_thread_that_fails_ends_it(clock: Clock, log: Heard[str], error: BaseException) -> None:
    clock.work = fail_with(error)
    clock.start()
    assert clock.released.wait(LIMIT)  # without anybody closing it
    assert (clock.running, clock.state, clock.failure) == (False, "failed", error)
    assert log.all == [f"the clock has failed: {in_words(error)}"]
    clock.close()
    assert clock_threads() == []
    assert clock.done == ["open", "stop", "release"]


def test_a_failure_says_what_it_is() -> None:
    assert in_words(OSError(28, "No space left on device")) == "OSError: [Errno 28] No space left on device"


@pytest.mark.parametrize("error", LOG_ERRORS, ids=repr)
def test_a_log_that_fails_hides_nothing(error: BaseException) -> None:
    def log(line: str) -> None:
        raise error

    clock = Clock(log)
    clock.work = fail_with(ValueError("first"))
    clock.start()
    assert clock.released.wait(LIMIT)
    clock.close()
    assert str(clock.failure) == "first"


@pytest.mark.parametrize("error", LOG_ERRORS, ids=repr)
def test_a_log_that_fails_ends_it_and_not_the_step_that_logs(error: BaseException) -> None:
    def log(line: str) -> None:
        lines.append(line)
        raise error

    lines: list[str] = []
    clock = Clock(log)

    def tick() -> None:
        clock.log("tick")
        clock.done.append("step")

    clock.work = tick
    clock.start()
    assert clock.released.wait(LIMIT)
    clock.close()
    assert clock.done == ["open", "stop", "step", "release"]
    assert lines == ["tick", f"the clock has failed: {in_words(error)}"]


def test_a_thread_that_ends_too_early_ends_it(clock: Clock) -> None:
    clock._wait = lambda: None  # type: ignore[method-assign]
    clock.start()
    assert clock.released.wait(LIMIT)
    clock.close()
    assert "clock-" in str(clock.failure)
    assert "too early" in str(clock.failure)


def test_the_first_failure_counts(clock: Clock, log: Heard[str]) -> None:
    stop = clock._stop

    def stop_and_fail() -> None:
        stop()
        raise ValueError("second")

    clock._stop = stop_and_fail  # type: ignore[method-assign]
    clock.work = fail_with(ValueError("first"))
    clock.start()
    assert clock.released.wait(LIMIT)
    clock.close()
    assert str(clock.failure) == "first"
    assert log.all == ["the clock has failed: ValueError: first"]


@pytest.mark.parametrize("error", [OSError, SystemExit, KeyboardInterrupt])
@pytest.mark.parametrize("hook", ["_stop", "_release"])
def test_an_error_at_the_end_is_a_failure_too(clock: Clock, hook: str, error: type[BaseException]) -> None:
    ends = getattr(clock, hook)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, hook, lambda: (ends(), fail_with(error(hook))())[1])
        clock.start()
        close_in_time(clock)
    assert str(clock.failure) == hook
    assert clock.released.is_set()
    with clock:
        assert clock.running


def test_after_a_failure_it_opens_anew(clock: Clock) -> None:
    clock.work = fail_with(ValueError("once"))
    clock.start()
    assert clock.released.wait(LIMIT)
    clock.work = lambda: None
    with clock:
        assert (clock.running, clock.failure) == (True, None)
    assert clock.done == ["open", "stop", "release"] * 2


def test_a_start_waits_for_the_end_of_what_has_failed(clock: Clock) -> None:
    may_end = threading.Event()
    release = clock._release

    def release_late() -> None:
        assert may_end.wait(LIMIT)
        release()

    clock._release = release_late  # type: ignore[method-assign]
    clock.work = fail_with(ValueError("once"))
    clock.start()
    clock.bell.wait(LIMIT)
    clock.work = lambda: None
    starting = threading.Thread(target=clock.start)
    starting.start()
    may_end.set()
    starting.join(LIMIT)
    assert clock.done == ["open", "stop", "release", "open"]
    clock.close()


@pytest.mark.parametrize("threads", [0, 1])
def test_a_start_without_a_thread_left_leaves_nothing(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, threads: int
) -> None:
    with monkeypatch.context() as patch:
        no_thread_left_after(patch, threads)
        with pytest.raises(NoThreadLeft):
            clock.start()
    assert (clock.running, clock_threads()) == (False, [])
    assert clock.done == ["open", "stop", "release"]
    with clock:
        assert clock.running


def test_one_that_is_closed_as_it_opens_lets_each_thread_do_its_work(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one thread does at its end may be what another waits for."""

    def spawn_and_close(name: str, *arguments: Any) -> None:
        spawn(name, *arguments)
        if name == "clock-face":  # the last one
            clock._end()

    spawn = clock._spawn
    clock.work = lambda: clock.done.append("work")
    monkeypatch.setattr(clock, "_spawn", spawn_and_close)
    clock.start()
    clock.close()
    assert clock.done == ["open", "stop", "work", "release"]


def test_a_start_that_can_not_open_gives_back_what_it_had(clock: Clock) -> None:
    def open_half() -> Mapping[str, Callable[[], None]]:
        clock._resources.callback(clock._release)
        raise OSError("the port is taken")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "_open", open_half)
        with pytest.raises(OSError, match="taken"):
            clock.start()
    assert (clock.running, clock.done) == (False, ["release"])
    with clock:
        assert clock.running


@pytest.mark.parametrize("step", ["open", "hold", "first thread", "second thread", "decide"])
def test_a_start_that_is_interrupted_leaves_nothing(clock: Clock, step: str) -> None:
    """By Ctrl-C, directly after that step."""
    owner, name, count = {
        "open": (clock, "_open", 1),
        "hold": (clock._threads, "hold", 1),
        "first thread": (clock._threads, "start", 1),
        "second thread": (clock._threads, "start", 2),
        "decide": (StartingLine, "go", 1),
    }[step]
    calls = iter(range(1, 10))
    do = getattr(owner, name)

    def do_and_interrupt(*arguments: Any) -> Any:
        result = do(*arguments)
        if next(calls) == count:
            raise KeyboardInterrupt
        return result

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(owner, name, do_and_interrupt)
        with pytest.raises(KeyboardInterrupt):
            clock.start()
    close_in_time(clock)
    assert (clock.running, clock.failure, clock_threads()) == (False, None, [])
    assert clock.released.is_set()
    with clock:
        assert clock.running


def test_a_thread_of_its_own_may_close_it(clock: Clock) -> None:
    clock.work = clock.close
    clock.start()
    assert clock.released.wait(LIMIT)
    clock.close()
    assert (clock.running, clock.failure) == (False, None)


def test_all_who_close_it_return_when_all_is_done(clock: Clock) -> None:
    clock.start()
    seen: list[list[str]] = []

    def close() -> None:
        clock.close()
        seen.append(list(clock.done))

    closing = [threading.Thread(target=close) for _ in range(5)]
    for thread in closing:
        thread.start()
    for thread in closing:
        thread.join(LIMIT)
    assert seen == [["open", "stop", "release"]] * 5


def test_more_threads_may_come_while_it_runs(clock: Clock) -> None:
    heard: Heard[str] = Heard()
    with clock:
        for word in ("cuckoo", "cuckoo"):
            clock.spawn(partial(heard, word))
        heard.wait_for_count(2)
        assert clock.running
        assert clock.failure is None


def test_one_of_more_threads_that_fails_ends_it(clock: Clock) -> None:
    clock.start()
    clock.spawn(fail_with(ValueError("cuckoo")))
    assert clock.released.wait(LIMIT)
    clock.close()
    assert str(clock.failure) == "cuckoo"


def test_without_a_thread_left_it_goes_on(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    with clock:
        with monkeypatch.context() as patch:
            no_thread_left_after(patch, 0)
            with pytest.raises(NoThreadLeft):
                clock.spawn(lambda: None)
        assert clock.running
    assert clock.failure is None


def test_once_closed_it_takes_no_more_threads(clock: Clock) -> None:
    with pytest.raises(RuntimeError, match="the clock is closing"):
        clock.spawn(lambda: None)
    assert clock_threads() == []


def test_what_it_opened_is_kept_until_the_last_thread_has_ended(clock: Clock) -> None:
    may_end = threading.Event()
    clock.start()
    clock.spawn(lambda: may_end.wait(LIMIT))
    clock.spawn(fail_with(ValueError("cuckoo")))
    assert clock.bell.wait(LIMIT)
    assert not clock.released.is_set()
    may_end.set()
    assert clock.released.wait(LIMIT)
    clock.close()
