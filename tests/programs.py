"""chatlab's programs in processes of their own, as a user runs them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, Queue
from typing import Protocol, TypeVar

import pytest

LIMIT = 10.0  # seconds to wait for what must come
if sys.platform == "win32":
    # The nearest to Ctrl-C that can be sent; only to a process group of its own.
    CTRL_C = signal.CTRL_BREAK_EVENT
    CREATION_FLAGS = subprocess.CREATE_NEW_PROCESS_GROUP
else:
    CTRL_C = signal.SIGINT
    CREATION_FLAGS = 0


class Running(Protocol):
    def wait(self, limit: float) -> int: ...


Runs = TypeVar("Runs", bound=Running)


def code_after(stop: Callable[[Runs], object], program: Runs) -> int:
    """The exit code after `stop`, within a second.

    A signal that comes in the very instant before Python waits in the system is noticed after the wait alone. So a user
    who presses Ctrl-C then has to press it again, and this does.
    """
    for _ in range(2):
        stop(program)
        with suppress(subprocess.TimeoutExpired):
            return program.wait(1)
    raise AssertionError("still running")


class Program:
    """`python <arguments>`: its input and output are pipes of UTF-8 text. A context manager; what still runs is killed.

    Its output is read only as far as a test asks for it; `lines`: those that were read.
    """

    def __init__(self, *arguments: str, **environment: str) -> None:
        self.lines: list[str] = []
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  # closed at the end
        self._process = subprocess.Popen(
            [sys.executable, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env={**os.environ, "PYTHONUTF8": "1", **environment},
            creationflags=CREATION_FLAGS,
        )
        self._arrived: Queue[str | None] = Queue()
        self._asked_for = threading.Semaphore(0)  # lines
        self._over = False
        self._reader = threading.Thread(target=self._read, name="program-output")
        self._reader.start()

    def __enter__(self) -> Program:
        return self

    def __exit__(self, *exception: object) -> None:
        self.kill()
        self._over = True
        self._asked_for.release()
        self._reader.join()
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.stdout.close()
        self._errors.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def errors(self) -> str:
        """What it has written to its standard error."""
        self._errors.seek(0)
        return self._errors.read().decode()

    def type(self, text: str) -> None:
        self.type_bytes(text.encode())

    def type_bytes(self, data: bytes) -> None:
        assert self._process.stdin
        self._process.stdin.write(data)
        self._process.stdin.flush()

    def end_input(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()

    def wait_for_line(self, wanted: str | Callable[[str], object]) -> str:
        """The next line that holds `wanted`, or for which `wanted` holds. Fails if it does not come within LIMIT."""
        holds = (lambda line: wanted in line) if isinstance(wanted, str) else wanted
        deadline = time.monotonic() + LIMIT
        while True:
            self._asked_for.release()
            try:
                line = self._arrived.get(timeout=max(0, deadline - time.monotonic()))
            except Empty:
                line = None
            assert line is not None, f"no line with {wanted!r}; lines: {self.lines}, errors: {self.errors}"
            self.lines.append(line)
            if holds(line):
                return line

    def rest(self) -> list[str]:
        """The lines up to the end of its output, which has to come within LIMIT."""
        rest = []
        self._asked_for.release()
        while (line := self._arrived.get(timeout=LIMIT)) is not None:
            rest.append(line)
            self._asked_for.release()
        self.lines += rest
        return rest

    def close_output(self) -> None:
        """Whoever reads its output is gone."""
        assert self._process.stdout
        self._process.stdout.close()

    def press_ctrl_c(self) -> None:
        self._process.send_signal(CTRL_C)

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def wait(self, limit: float = LIMIT) -> int:
        """Its exit code. Raises TimeoutExpired if it still runs after `limit` seconds."""
        return self._process.wait(limit)

    def _read(self) -> None:
        assert self._process.stdout
        while self._asked_for.acquire() and not self._over:
            line = self._process.stdout.readline().decode()
            self._arrived.put(line.rstrip("\r\n") if line else None)


# The two signals that end a program.
STOPS = [
    pytest.param(Program.press_ctrl_c, id="Ctrl-C"),
    pytest.param(
        Program.terminate,
        id="SIGTERM",
        marks=pytest.mark.skipif(sys.platform == "win32", reason="on Windows nobody can be told to terminate"),
    ),
]
