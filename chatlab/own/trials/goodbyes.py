"""Each kind of goodbye that ex12 is about, said by the Connection of a learner and by another side."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from typing import Any

from chatlab.own.trials.goodbye import PATIENCE, Goodbye


def they_end(it: Goodbye) -> None:
    it.other_says(b"Bye!")
    it.other_ends()
    it.wait_for_the_end()
    it.call(it.connection.leave)
    it.other_reads()


def they_reset(it: Goodbye) -> None:
    it.other_resets()
    it.wait_for_the_end()
    it.call(it.connection.close)


def you_leave(it: Goodbye) -> None:
    def answer() -> None:
        it.other_reads()
        it.other_says(b"Wait, your hat!")
        it.other_ends()

    it.sock.sendall(b"So long!")
    other = threading.Thread(target=answer)
    other.start()
    it.call(it.connection.leave)
    other.join()


def you_leave_the_silent(it: Goodbye) -> None:
    it.sock.sendall(b"So long!")
    it.call(it.connection.leave, 0.3)
    it.other_reads()


def you_close(it: Goodbye) -> None:
    it.call(it.connection.close)
    it.other_reads()


def on_data_closes(it: Goodbye) -> None:
    has_closed = threading.Event()

    def close() -> None:
        try:
            it.call(it.connection.close)
        finally:
            has_closed.set()

    it.when_data = close
    it.other_says(b"!q")
    it.other_reads()
    has_closed.wait(PATIENCE)


GOODBYES = {
    "The other side ends": they_end,
    "The other side resets the connection": they_reset,
    "You leave, and the other side still talks": you_leave,
    "You leave, and the other side says nothing": you_leave_the_silent,
    "You close": you_close,
    "Your on_data closes": on_data_closes,
}


def say_goodbyes(learner: Any) -> None:
    for title, say in GOODBYES.items():
        with ExitStack() as stack:
            it = Goodbye()
            stack.callback(it.take_back)
            it.start(learner)
            try:
                say(it)
            finally:
                print(f"{title}.")
                print("    your side: ", "; ".join(it.yours) or "sees nothing")
                print("    other side:", "; ".join(it.theirs) or "sees nothing")
