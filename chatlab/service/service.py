"""One life for all that is started and closed: the rooms and the weather relay.

    state     running   failure     what ends it
    closed    False     None        start                                                    -> open
    open      True      None        close -> closing; an error that leaves a thread          -> failing
    closing   False     None        the last thread ends, and closes what was opened         -> closed
    failing   False     the error   the same                                                 -> failed
    failed    False     the error   start, which clears the failure                          -> open

A service never looks open when it is dead: the first error in a thread ends all of its threads, and frees the port. A
start that fails leaves nothing. Lesson 04 shows how it closes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from chatlab.room.errors import in_words
from chatlab.service.guarded_threads import GuardedThreads, StartingLine
from chatlab.service.reachable import Reachable

if TYPE_CHECKING:
    from typing_extensions import Self


class Service(Reachable):
    """A subclass says what to open (`_open`) and how to wake the threads that wait (`_stop`). A context manager.

    `failure`: the error that has ended it, if one has; `log` gets one line about it. `what`: its name in messages.
    """

    what = "room"

    def __init__(self, host: str, port: int, log: Callable[[str], None]) -> None:
        super().__init__(host, port)
        self.running = False
        self.failure: BaseException | None = None
        self._log = log
        self._threads = GuardedThreads(self._fail)
        self._resources = self._threads.resources
        self._starting = threading.Lock()  # one start at a time
        self._ending = threading.Lock()  # guards `running` and `failure`

    @property
    def state(self) -> str:
        """In one word, for people."""
        return "open" if self.running else "failed" if self.failure else "closed"

    @property
    def failure_line(self) -> str:
        """Why it has failed; empty if it has not."""
        return f"the {self.what} has failed: {in_words(self.failure)}" if self.failure else ""

    def start(self) -> Self:
        """Open it, also after a failure; to start what runs does nothing.

        Raises CantListen, CantResolve or NoThreadLeft, each with one line to show.
        """
        with self._starting:
            if self.running:
                return self
            self._threads.join()
            self.failure = None
            line = StartingLine()
            try:
                threads = self._open()
                with self._ending:
                    self.running = True
                    self._threads.hold(self)
                for name, work in threads.items():
                    self._spawn(name, self._serve, line, work)
                line.go()
            except BaseException:
                line.call_off()
                self._end()
                self._threads.join()
                self._resources.close()  # of a start that failed before anybody held them
                raise
            return self

    def close(self) -> None:
        """End the threads, and free the port. To close what is closed does nothing.

        Returns when all is done, except to a thread of the service itself, which would wait for
        its own end.
        """
        self._end()
        self._threads.join()

    def log(self, line: str) -> None:
        """Pass `line` on. A log that raises (a full disk, a closed pipe) ends the service, not the caller's step."""
        try:
            self._log(line)
        except BaseException as error:  # noqa: BLE001  # a `sys.exit` in it, too
            self._fail(error)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _open(self) -> Mapping[str, Callable[[], None]]:
        """Open what it needs, and push it on `_resources`. Returns the work of each thread, by the thread's name.

        A work lasts as long as `running`. What was pushed is closed even if this raises.
        """
        raise NotImplementedError

    def _stop(self) -> None:
        """Wake the threads: `running` is False now. Called once, by whichever thread ends the service.

        That thread may be in the middle of a step, and hold locks (a log has failed). So this must wait for nobody.
        """
        raise NotImplementedError

    def _spawn(self, name: str, work: Callable[..., object], *arguments: object) -> None:
        """Run `work` in a thread under guard. Raises RuntimeError: the service is closing, or NoThreadLeft."""
        if not self.running:
            raise RuntimeError(f"the {self.what} is closing")
        self._threads.start(name, work, *arguments)

    def _serve(self, line: StartingLine, work: Callable[[], None]) -> None:
        if line.wait():
            work()
            if self.running:
                raise RuntimeError(f"the thread {threading.current_thread().name} has ended too early")

    def _fail(self, error: BaseException) -> None:
        with self._ending:
            is_first, self.failure = self.failure is None, self.failure or error
        try:
            if is_first:
                self.log(self.failure_line)
        finally:
            self._end()

    def _end(self) -> None:
        with self._ending:
            if not self.running:
                return
            self.running = False
        try:
            self._stop()
        except BaseException as error:  # noqa: BLE001
            self._fail(error)
        finally:
            self._threads.let_go(self)
