"""A learner's own file, used outside of its checks: loaded as it is now, and run within a limit, so that we go on
whatever it does.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from pathlib import Path
from traceback import extract_tb
from typing import TypeVar

from chatlab.grading.attempt.explain import explain
from chatlab.grading.attempt.learner_file import LearnerFile, Names
from chatlab.grading.attempt.printed import Printed
from chatlab.grading.attempt.time_limit import run_within
from chatlab.grading.course import find_exercise, find_folder, read_manifest
from chatlab.grading.reports.terminal_table import relative
from chatlab.grading.verdict import State
from chatlab.room.addresses import Address
from chatlab.room.errors import CantResolve, CantUse, NotStarted
from chatlab.service.resolve import resolve

SECONDS = 5.0

T = TypeVar("T")


class OwnFile:
    """The file of the exercise `key`, such as "ex05", of the course that the current directory is in, or the one in the
    folder `submission`. Raises CantUse.
    """

    def __init__(self, key: str, submission: Path | None = None) -> None:
        try:
            folder = find_folder(Path.cwd())
            exercise = find_exercise(read_manifest(folder), key)
        except LookupError as error:
            raise CantUse(error.args[0]) from error
        self.key = key
        # Resolved, as a traceback may be of a time when the current directory is another one.
        self._file = LearnerFile((submission or folder).resolve() / exercise.file, exercise.fence, exercise.stub)

    @property
    def path(self) -> str:
        """As one would type it here."""
        return relative(self._file.path, Path.cwd())

    def use(self, do: Callable[[Names], T], printed: Printed, seconds: float = SECONDS) -> T:
        """Load it, and call `do` with what it defines, all within `seconds`. Returns what `do` does. Raises CantUse."""
        results: list[T] = []

        def load_and_do() -> None:
            self._file.load()
            results.append(do(Names(self._file)))

        failure = run_within(seconds, load_and_do, printed)
        if isinstance(failure, CantUse):  # by `do`: it says all
            raise failure
        if failure:
            raise self.why(failure) from failure
        return results[0]

    def why(self, failure: BaseException) -> CantUse:
        """What to say of `failure`, which came out of its code."""
        state, saw, _, where, _ = explain(failure, self._file)
        if state is State.NOT_STARTED:
            return NotStarted(f"{self.key} is not started yet: write your code in {self.path}.")
        place, _, code = where.partition("\n")
        parts = (saw.strip().rstrip("."), f"{place}: {code.strip()}") if where else (saw,)
        return CantUse(" ".join(". ".join(parts).split()))

    def owns(self, error: BaseException) -> bool:
        """Whether a line of it led to `error`."""
        return any(map(self._file.owns, extract_tb(error.__traceback__)))


def ipv4(host: str, port: int) -> Address:
    """The address of `host` for an exercise's socket, which is one for IPv4. Raises CantResolve."""
    family, address = resolve(host, port, socket.SOCK_DGRAM)
    if family != socket.AF_INET:
        raise CantResolve(f"{host} is an address of IPv6, and an exercise has a socket for IPv4: try --host 127.0.0.1")
    return address


class CrashWatch:
    """From now until `close`, `note` is told of each thread that an error has ended, if `file` has a part in it."""

    def __init__(self, file: OwnFile, note: Callable[[CantUse], object]) -> None:
        self._file = file
        self._note = note
        self._before = threading.excepthook
        threading.excepthook = self._hear

    def close(self) -> None:
        if threading.excepthook == self._hear:
            threading.excepthook = self._before

    def _hear(self, crash: threading.ExceptHookArgs) -> None:
        error = crash.exc_value
        if error is None or isinstance(error, SystemExit) or not self._file.owns(error):
            self._before(crash)
        else:
            self._note(CantUse(f"A thread of yours has ended with {self._file.why(error)}"))
