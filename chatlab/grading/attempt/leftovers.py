"""What the code under check opens and starts, and how it ends: sockets, threads and their crashes, programs, os._exit.

A check is watched from its beginning until its fixtures are gone. Whatever the learner's file opened or started, itself
or through others, should be closed and ended by then. What the checks opened or started is their own matter. So is a
thread that an earlier check has left: whatever it does, the check that is watched now is not to blame.

A verdict that is given inside a call of the learner's counts, even if their code catches it.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from itertools import islice
from pathlib import Path
from traceback import FrameSummary, extract_tb, walk_stack
from typing import Any

import pytest

from chatlab.grading.attempt.accidents import Crashed, LeftOver, exit_in
from chatlab.grading.attempt.learner_file import LearnerFile
from chatlab.grading.attempt.time_limit import ask_to_stop
from chatlab.grading.verdict import NotYetRight

GRACE = 2.0  # seconds, for threads that were told to end


class Watch:
    """Watches one check, from `start` to `close`. `file`: the learner's. `checks`: the folder of the checks."""

    def __init__(self, file: LearnerFile, checks: Path) -> None:
        self.crash: Crashed | None = None  # the first
        self.verdict: NotYetRight | None = None  # the first that was given in a call of the learner's
        self._file = file
        self._checks = str(checks)
        # Lists, which may grow while somebody looks through them: a thread can start threads at any time.
        self._threads: list[tuple[threading.Thread, FrameSummary]] = []
        self._sockets: list[tuple[socket.socket, FrameSummary]] = []
        self._programs: list[tuple[subprocess.Popen[Any], FrameSummary]] = []
        self._of_earlier_checks: set[threading.Thread] = set()
        self._of_loading = 0
        self._patches = contextlib.ExitStack()

    def start(self) -> None:
        patch = self._patches.enter_context(pytest.MonkeyPatch.context())
        start, open_socket, give_verdict = threading.Thread.start, socket.socket.__init__, NotYetRight.__init__
        start_program = subprocess.Popen.__init__
        self._of_earlier_checks = set(threading.enumerate()) - {threading.main_thread()}

        def watched_start(thread: threading.Thread) -> None:
            if threading.current_thread() in self._of_earlier_checks:
                self._of_earlier_checks.add(thread)
            elif frame := self._caller():
                self._threads.append((thread, frame))
            start(thread)

        def watched_open(sock: socket.socket, *arguments: Any, **named: Any) -> None:
            open_socket(sock, *arguments, **named)
            if frame := self._caller():
                self._sockets.append((sock, frame))

        def watched_program(program: subprocess.Popen[Any], *arguments: Any, **named: Any) -> None:
            start_program(program, *arguments, **named)
            if frame := self._caller():
                self._programs.append((program, frame))

        def noted_verdict(verdict: NotYetRight, *said: str, **named: str) -> None:
            give_verdict(verdict, *said, **named)
            if not self.verdict and threading.current_thread() not in self._of_earlier_checks and self._is_called():
                self.verdict = verdict

        patch.setattr(threading.Thread, "start", watched_start)
        patch.setattr(socket.socket, "__init__", watched_open)
        patch.setattr(subprocess.Popen, "__init__", watched_program)
        patch.setattr(NotYetRight, "__init__", noted_verdict)
        patch.setattr(threading, "excepthook", self._note_crash)
        patch.setattr(os, "_exit", exit_in(os.getpid(), os._exit))

    @property
    def started(self) -> int:
        """How many threads the learner's code has started."""
        return len(self._threads)

    def loaded(self) -> None:
        """The learner's file has been loaded: what follows is up to the check."""
        self._of_loading = len(self._threads)

    def close(self) -> None:
        self._patches.close()
        for thread, _ in self._threads:
            if thread.is_alive():
                ask_to_stop(thread)
        for sock, _ in self._sockets:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)  # wakes a thread that waits in it
            sock.close()
        for program, _ in self._programs:
            program.kill()

    def left_over(self, *, of_loading_alone: bool) -> LeftOver | None:
        """The first thread that has not ended, or socket that is not closed; None if there is none. `of_loading_alone`:
        of the threads that were started when the file was loaded.
        """
        deadline = time.monotonic() + GRACE
        # The list itself, which may grow meanwhile.
        for thread, frame in islice(self._threads, self._of_loading if of_loading_alone else None):
            if thread.is_alive():
                thread.join(max(0, deadline - time.monotonic()))
            if thread.is_alive():
                return LeftOver("a thread of your code was still running", frame)
        for sock, frame in self._sockets if not of_loading_alone else []:
            if sock.fileno() != -1:
                return LeftOver("a socket of your code was still open", frame)
        for program, frame in self._programs:
            try:
                program.wait(max(0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                return LeftOver("a program that your code has started was still running", frame)
        return None

    def _is_called(self) -> bool:
        """Whether the learner's file has led here, even through a check."""
        return any(frame.f_code.co_filename == str(self._file.path) for frame, _ in walk_stack(sys._getframe(2)))

    def _caller(self) -> FrameSummary | None:
        """The line of the learner's file that led here, unless a check stands in between."""
        for frame, line in walk_stack(sys._getframe(2)):
            code = frame.f_code
            if code.co_filename == str(self._file.path):
                return FrameSummary(code.co_filename, line, code.co_name)
            if code.co_filename.startswith(self._checks):
                return None
        return None

    def _note_crash(self, crash: threading.ExceptHookArgs) -> None:
        if self.crash or crash.exc_type is SystemExit or crash.exc_value is None:
            return
        if crash.thread in self._of_earlier_checks:
            return
        own = [frame for frame in extract_tb(crash.exc_traceback) if self._file.owns(frame)]
        started = next((frame for thread, frame in self._threads if thread is crash.thread), None)
        if frame := own[-1] if own else started:
            self.crash = Crashed(crash.exc_value, frame)
