"""Threads that take turns as a script says, for experiments: what otherwise happens by chance happens each time.

Between any two steps of one thread, the system may let another go on. Code that is to be tried says where its steps
begin, and the script which step of which thread comes next:

    turns = Turns("ada looks", "bob looks", "ada writes", "bob writes")
    turns.take("looks")      in the thread `ada`: wait until it is time for "ada looks"

A step lasts until its thread takes the next turn, or ends. A thread whose turn does not come, since another one waits
elsewhere (for a lock, say), goes on after a while: an experiment always ends. Lesson 11 uses it.
"""

from __future__ import annotations

import linecache
import sys
import threading
import time
from collections.abc import Callable
from traceback import walk_stack

PATIENCE = 0.5  # seconds
PIECE = 0.05  # seconds: a machine that stands still takes one of them, not all
STILL = 3  # looks that find the same


class Turns:
    """`order`: the steps so far, as they began. `errors`: what has ended a thread, by its name."""

    def __init__(self, *script: str, patience: float = PATIENCE) -> None:
        self.patience = patience
        self.order: list[str] = []
        self.errors: dict[str, Exception] = {}
        self._script = list(script)  # what is left of it
        self._at_it: threading.Thread | None = None  # who is in the midst of a step of the script
        self._changed = threading.Condition()
        self._threads: list[threading.Thread] = []

    def take(self, step: str) -> None:
        """Begin `step` when it is its turn; at once if the script does not have it."""
        me = threading.current_thread()
        name = f"{me.name} {step}"
        with self._changed:
            self._end_step(me)
            if name in self._script:
                for _ in range(round(self.patience / PIECE)):
                    if self._changed.wait_for(lambda: self._script[0] == name and not self._at_it, PIECE):
                        break
                self._script.remove(name)
                self._at_it = me
                self._changed.notify_all()
            self.order.append(name)

    def start(self, **work: Callable[[], object]) -> None:
        """Start a thread for each of `work`, with its name."""
        new = [threading.Thread(target=self._run, args=(do,), name=name, daemon=True) for name, do in work.items()]
        self._threads += new
        for thread in new:
            thread.start()

    def join(self) -> None:
        """Wait until all have ended."""
        for thread in self._threads:
            thread.join()

    def play(self, **work: Callable[[], object]) -> None:
        """Start them, and wait until they have ended."""
        self.start(**work)
        self.join()

    def stacks(self) -> str:
        """Where each thread stands, the outermost call first, once none of them moves any more."""
        looks = [self._look()]
        while looks[-STILL:] != looks[-1:] * STILL:
            time.sleep(PIECE)
            looks.append(self._look())
        return looks[-1]

    def _run(self, do: Callable[[], object]) -> None:
        me = threading.current_thread()
        try:
            do()
        except Exception as error:  # noqa: BLE001  # for whoever looks at the experiment
            self.errors[me.name] = error
        finally:
            with self._changed:
                self._end_step(me)

    def _end_step(self, thread: threading.Thread) -> None:
        if self._at_it is thread:
            self._at_it = None
            self._changed.notify_all()

    def _look(self) -> str:
        frames = sys._current_frames()
        lines = []
        for thread in self._threads:
            if thread.ident not in frames or not thread.is_alive():
                lines.append(f"{thread.name} has ended")
                continue
            lines.append(thread.name)
            for frame, number in reversed(list(walk_stack(frames[thread.ident]))):
                if frame.f_globals.get("__name__") not in (__name__, threading.__name__):
                    text = linecache.getline(frame.f_code.co_filename, number).strip()
                    lines.append(f"    in {frame.f_code.co_name}, line {number}: {text}")
        return "\n".join(lines)


class LimitedLock:
    """A lock for experiments. Who waits for it for longer than `limit` seconds gets a TimeoutError."""

    def __init__(self, limit: float = 2 * PATIENCE) -> None:
        self.limit = limit
        self._lock = threading.Lock()
        self._holder = ""

    def __enter__(self) -> None:
        name = threading.current_thread().name
        if not self._lock.acquire(timeout=self.limit):
            raise TimeoutError(f"{name} has waited {self.limit:g} s for the lock, which {self._holder} holds")
        self._holder = name

    def __exit__(self, *exception: object) -> None:
        self._lock.release()
