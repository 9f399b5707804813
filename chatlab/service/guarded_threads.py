"""Threads that use the same sockets, each under guard; the last one to end closes the sockets.

So no thread waits for its own end, and the sockets of threads that have failed are closed without anybody's call.
Lesson 05 runs on it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack

from chatlab.room.errors import NoThreadLeft


class DaemonThread(threading.Thread):
    """A daemon, so that a notebook's kernel can end whatever it left open; what stops it is somebody's `close`."""

    def __init__(self, name: str, work: Callable[..., object], *arguments: object) -> None:
        super().__init__(target=work, name=name, args=arguments, daemon=True)

    def start(self) -> None:
        """Raises NoThreadLeft."""
        try:
            super().start()
        except RuntimeError as error:
            raise NoThreadLeft("the system has no thread left: close some programs, or allow more") from error


class GuardedThreads:
    """`failed` gets each error that leaves a thread, in that thread. `resources`: what the threads use.

    They stay open as long as somebody holds them: each thread does until it ends, and so does whoever calls `hold`
    until it calls `let_go`.
    """

    def __init__(self, failed: Callable[[BaseException], None]) -> None:
        self.resources = ExitStack()
        self._failed = failed
        self._holders: set[object] = set()
        self._last_out: threading.Thread | None = None
        self._changed = threading.Condition()  # guards `_holders` and `_last_out`

    def start(self, name: str, work: Callable[..., object], *arguments: object) -> None:
        """Run `work` in a thread. Raises NoThreadLeft."""
        thread = DaemonThread(name, self._run, work, *arguments)
        self.hold(thread)
        try:
            thread.start()
        except BaseException:
            self.let_go(thread)
            raise

    def hold(self, holder: object) -> None:
        with self._changed:
            self._holders.add(holder)

    def let_go(self, holder: object) -> None:
        """`holder` no longer uses the resources. The last holder closes them."""
        with self._changed:
            if self._holders != {holder}:
                self._holders.discard(holder)
                return
        try:
            self.resources.close()
        except BaseException as error:  # noqa: BLE001
            self._failed(error)
        finally:
            with self._changed:
                self._holders.clear()
                self._changed.notify_all()

    def join(self) -> None:
        """Wait until all threads have ended, and what they used is closed. Not for one of these threads."""
        with self._changed:
            if threading.current_thread() in self._holders:
                return
            self._changed.wait_for(lambda: not self._holders)
            last_out = self._last_out
        if last_out:
            last_out.join()

    def _run(self, work: Callable[..., object], *arguments: object) -> None:
        try:
            work(*arguments)
        except BaseException as error:  # noqa: BLE001  # whatever it is, nobody else would hear of it
            self._failed(error)
        finally:
            self._leave(threading.current_thread())

    def _leave(self, me: threading.Thread) -> None:
        with self._changed:
            before, self._last_out = self._last_out, me
        if before:  # each thread waits for the one before it, so whoever waits for the last has waited for all
            before.join()
        self.let_go(me)


class StartingLine:
    """Where threads wait for each other: all do their work, or none does.

    One may wait for what another does at its end.
    """

    def __init__(self) -> None:
        self._decided = threading.Event()
        self._all_there = False

    def go(self) -> None:
        """All of them have been started."""
        self._all_there = True
        self._decided.set()

    def call_off(self) -> None:
        """One of them could not be started."""
        self._decided.set()

    def wait(self) -> bool:
        """Whether they are to do their work."""
        self._decided.wait()
        return self._all_there
