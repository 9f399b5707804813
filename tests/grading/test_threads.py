"""The threads of a learner's code: which have not ended, and where one waits."""

from __future__ import annotations

import queue
import socket
import threading
import time
from contextlib import nullcontext

import pytest

from chatlab.grading.for_checks import threads
from chatlab.grading.for_checks.threads import MOMENT, PIECE, OwnThreads, patiently, pausing_after_sends, waits_in
from tests.systems import SLOWER

LIMIT = 5.0 * SLOWER


def test_left_are_those_that_were_started_and_have_not_ended() -> None:
    end = threading.Event()
    older = threading.Thread(target=end.wait)
    older.start()
    own = OwnThreads()
    call = own.call(end.wait)
    newer = threading.Thread(target=end.wait)
    newer.start()
    assert own.left == [newer]
    assert not call.has_ended()
    end.set()
    for thread in (older, newer):
        thread.join()
    assert call.has_ended(LIMIT)
    assert own.left == []


def test_what_a_call_raises_is_raised_to_who_asks() -> None:
    call = OwnThreads().call(lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        call.has_ended(LIMIT)


def test_where_a_thread_waits() -> None:
    waiting: queue.Queue[None] = queue.Queue()
    about_to_wait = threading.Event()

    def wait() -> None:
        about_to_wait.set()
        waiting.get()

    thread = threading.Thread(target=wait)
    thread.start()
    about_to_wait.wait(LIMIT)
    while waiting.not_empty._waiters == type(waiting.not_empty._waiters)():  # type: ignore[attr-defined]
        pass
    assert waits_in(thread, "queue", "get")
    assert not waits_in(thread, "queue", "put")
    waiting.put(None)
    thread.join()
    assert not waits_in(thread, "queue", "get")


def test_a_call_pauses_after_what_it_sends() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(LIMIT)

        def send() -> None:
            sock.sendto(b"hello", sock.getsockname())
            sent.append(time.monotonic())

        for context, pauses in ((pausing_after_sends(), True), (nullcontext(), False)):
            sent: list[float] = []
            before = time.monotonic()
            with context:
                call = OwnThreads().call(send)
                assert sock.recv(100) == b"hello"
                assert call.has_ended(LIMIT)
            assert not pauses or sent[0] - before > MOMENT / 2
    assert "sendto" not in vars(socket.socket)


@pytest.mark.parametrize(("took", "calls"), [(PIECE, 10), (60.0, 10), (PIECE / 4, 39), (0.0, 100)])
def test_it_waits_for_all_of_the_time_in_pieces(took: float, calls: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a machine stands still, a piece is lost; a wait that is over at once, as something came, costs nothing."""
    clock = 0.0
    pieces: list[float] = []

    def wait(piece: float) -> bool:
        nonlocal clock
        clock += took
        pieces.append(piece)
        return len(pieces) == 100

    monkeypatch.setattr(threads, "monotonic", lambda: clock)
    assert patiently(wait, 9.6 * PIECE) is (True if calls == 100 else None)
    assert pieces == [PIECE] * calls


def test_the_wait_ends_with_the_first_result() -> None:
    results = iter([None, 0, "here", "too late"])
    assert patiently(lambda seconds: next(results), 10 * PIECE) == "here"
    assert next(results) == "too late"
