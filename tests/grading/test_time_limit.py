"""A call that hangs, exits or floods is the caller's no more."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from chatlab.grading.attempt.printed import FLOOD, KEPT, Flood, Printed
from chatlab.grading.attempt.time_limit import Stuck, free, run_within


def run(call: Callable[[], None], seconds: float = 30) -> BaseException | None:
    return run_within(seconds, call, Printed())


def raises(error: BaseException) -> Callable[[], None]:
    def call() -> None:
        raise error

    return call


def spin() -> None:
    while True:
        pass


def test_what_works_fails_with_nothing() -> None:
    assert run(lambda: None) is None


@pytest.mark.parametrize("error", [ValueError("no"), SystemExit(0), KeyboardInterrupt()], ids=repr)
def test_what_the_call_raises_is_answered_and_not_raised(error: BaseException) -> None:
    assert run(raises(error)) is error


def test_a_loop_without_end_is_located_and_stopped() -> None:
    stuck = run(spin, seconds=0.1)
    assert isinstance(stuck, Stuck)
    assert "spin" in [frame.name for frame in stuck.stack]
    stuck.thread.join(30)
    assert not stuck.thread.is_alive()


def test_a_call_that_waits_does_not_keep_its_caller() -> None:
    gate = threading.Event()

    def wait() -> None:
        gate.wait()

    stuck = run(wait, seconds=0.1)
    gate.set()
    assert isinstance(stuck, Stuck)
    assert stuck.stack[-1].name == "wait"


@pytest.mark.parametrize("held", ["local", "attribute"])
def test_what_waits_in_a_socket_is_freed(held: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        holder = SimpleNamespace(sock=sock)
        local = sock if held == "local" else None

        def wait() -> None:
            (local or holder.sock).recvfrom(100)

        stuck = run(wait, seconds=0.1)
        assert isinstance(stuck, Stuck)
        assert stuck.thread.is_alive()
        free(stuck.thread)
        stuck.thread.join(30)
        assert not stuck.thread.is_alive()


def test_a_flood_of_output_ends_where_it_is_printed() -> None:
    def flood() -> None:
        while True:
            try:
                print("more" * 1000)
            except Exception:  # noqa: BLE001 - learners write this, and it must not help
                return

    printed = Printed()
    assert isinstance(run_within(30, flood, printed), Flood)
    assert FLOOD < printed.size < 2 * FLOOD


def test_of_the_output_the_end_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    printed = Printed()
    run_within(30, lambda: print("a" * KEPT, "b" * KEPT, sep="", end="c"), printed)
    assert printed.text == "b" * (KEPT - 1) + "c"
    assert capsys.readouterr().out == ""


def test_what_programs_do_to_their_output_works() -> None:
    def write() -> None:
        sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
        sys.stdout.buffer.write(b"bytes, ")
        print("text \N{SNAKE}")

    printed = Printed()
    assert run_within(30, write, printed) is None
    assert printed.text == "bytes, text \N{SNAKE}\n"
